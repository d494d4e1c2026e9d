package dev.retrovisor.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/** All samples of a session, by workload in the order of their first run. */
final class Results {
    private final Map<String, Map<Contender, List<Sample>>> samples = new LinkedHashMap<>();

    void add(Contender contender, Collection<Sample> measured) {
        for (Sample sample : measured) {
            samples.computeIfAbsent(sample.name(), _ -> new EnumMap<>(Contender.class))
                    .computeIfAbsent(contender, _ -> new ArrayList<>())
                    .add(sample);
        }
    }

    List<String> names() {
        return List.copyOf(samples.keySet());
    }

    /** The word of a workload's group. */
    String group(String name) {
        return all(name).getFirst().group();
    }

    private List<Sample> all(String name) {
        return samples.get(name).values().stream().flatMap(List::stream).toList();
    }

    /** The median of what a contender used for a workload; empty if it did not run it. */
    OptionalDouble median(String name, Contender contender, ToDoubleFunction<Sample> used) {
        List<Sample> runs = samples.getOrDefault(name, Map.of()).getOrDefault(contender, List.of());
        return runs.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(
                        Statistics.median(runs.stream().mapToDouble(used).toArray()));
    }

    OptionalDouble cpuSeconds(String name, Contender contender) {
        return median(name, contender, sample -> sample.cpuNanos() / 1e9);
    }

    /** What is wrong with the results: workloads whose checksums differ, and such as did not run everywhere. */
    List<String> faults() {
        var faults = new ArrayList<String>();
        long contenders = samples.values().stream()
                .flatMap(byContender -> byContender.keySet().stream())
                .distinct()
                .count();
        samples.forEach((name, byContender) -> {
            if (all(name).stream().map(Sample::checksum).distinct().count() > 1) {
                var found = new ArrayList<String>();
                byContender.forEach((contender, runs) -> found.add("%s %s"
                        .formatted(
                                contender.title(),
                                String.join(
                                        ", ",
                                        runs.stream()
                                                .map(Sample::checksum)
                                                .distinct()
                                                .toList()))));
                faults.add("%s: checksums differ: %s".formatted(name, String.join("; ", found)));
            }
            if (all(name).stream().anyMatch(sample -> sample.checksum().equals("0"))) {
                faults.add("%s: checksum 0, the workload failed".formatted(name));
            }
            if (byContender.size() < contenders) {
                faults.add("%s: ran on %s only".formatted(name, byContender.keySet()));
            }
        });
        return faults;
    }
}

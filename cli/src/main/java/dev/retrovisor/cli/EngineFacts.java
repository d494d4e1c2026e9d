package dev.retrovisor.cli;

import dev.retrovisor.machine.Engine;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What an engine did, for {@code --stats}. */
final class EngineFacts {
    private EngineFacts() {}

    /** As it stands in JSON: null where the user did not ask. */
    static Map<String, Long> of(List<Engine.Count> counts, EngineOptions options) {
        if (!options.stats) {
            return null;
        }
        var statistics = new LinkedHashMap<String, Long>();
        counts.forEach(count -> statistics.put(count.name(), count.count()));
        return statistics;
    }

    /** For people, on standard error; nothing where the user did not ask. */
    static void print(Screen screen, String engine, Map<String, Long> statistics) {
        if (statistics == null) {
            return;
        }
        screen.err().println();
        if (statistics.isEmpty()) {
            screen.err().println("the " + engine + " keeps no counts");
            return;
        }
        int width = statistics.values().stream()
                .mapToInt(count -> Text.count(count).length())
                .max()
                .orElse(0);
        var facts = Facts.onError(screen);
        statistics.forEach((name, count) ->
                facts.add(name, " ".repeat(width - Text.count(count).length()) + Text.count(count)));
        facts.print();
    }
}

package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.UserMistake;
import dev.retrovisor.replayer.timeline.Trigger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The breakpoints, watchpoints and catchpoints, by number. */
final class StopPoints {
    /** @param what as the user said it */
    record StopPoint(int number, String kind, String what, boolean isOn, Trigger trigger) {}

    private final List<StopPoint> all = new ArrayList<>();
    private int lastNumber;

    StopPoint add(String kind, String what, Trigger trigger) {
        var added = new StopPoint(++lastNumber, kind, what, true, trigger);
        all.add(added);
        return added;
    }

    List<StopPoint> all() {
        return List.copyOf(all);
    }

    /** The triggers of those that are on. */
    List<Trigger> triggers() {
        return all.stream().filter(StopPoint::isOn).map(StopPoint::trigger).toList();
    }

    Optional<StopPoint> of(Trigger trigger) {
        return all.stream().filter(each -> each.trigger() == trigger).findFirst();
    }

    /** @throws UserMistake if there is none of that number */
    StopPoint get(String number) {
        return all.stream()
                .filter(each -> Integer.toString(each.number()).equals(number))
                .findFirst()
                .orElseThrow(() -> new UserMistake(
                        "there is no breakpoint %s: 'breakpoints' lists them".formatted(number)));
    }

    void delete(StopPoint stop) {
        all.remove(stop);
    }

    void set(StopPoint stop, boolean isOn) {
        all.replaceAll(each ->
                each == stop ? new StopPoint(each.number(), each.kind(), each.what(), isOn, each.trigger()) : each);
    }
}

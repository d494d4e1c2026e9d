package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.UserMistake;
import dev.retrovisor.replayer.timeline.Trigger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The breakpoints, watchpoints and catchpoints, by number. */
final class StopPoints {
    /**
     * One of them.
     *
     * @param what as the user said it
     * @param condition that the trigger asks
     */
    record StopPoint(
            int number, String kind, String what, boolean isOn, Trigger trigger, Optional<StopCondition> condition) {
        StopPoint switched(boolean on) {
            return new StopPoint(number, kind, what, on, trigger, condition);
        }
    }

    private final List<StopPoint> all = new ArrayList<>();
    private int lastNumber;

    StopPoint add(String kind, String what, Trigger trigger, Optional<StopCondition> condition) {
        var added = new StopPoint(++lastNumber, kind, what, true, trigger, condition);
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
                .orElseThrow(
                        () -> new UserMistake("there is no breakpoint %s: 'breakpoints' lists them".formatted(number)));
    }

    void delete(StopPoint stop) {
        all.remove(stop);
    }

    void set(StopPoint stop, boolean isOn) {
        all.replaceAll(each -> each == stop ? each.switched(isOn) : each);
    }
}

package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.CellText;
import dev.retrovisor.machine.probe.MemoryAccess;
import dev.retrovisor.replayer.timeline.Hit;
import dev.retrovisor.replayer.timeline.Stop;
import dev.retrovisor.replayer.timeline.Triggers;
import java.util.ArrayList;
import java.util.Optional;

/**
 * Where a command that moves has come, and why it stopped.
 *
 * @param breakpoint its number; 0 if it was none
 * @param what what happened, for people
 */
record Stopped(String cause, int breakpoint, String what, Here here) {
    /** How a stop is told; looks from now on with the eyes of the hart that came there. */
    static Reply reply(Session session, Stop stop) {
        Guest guest = session.guest();
        int hart = stop.hit()
                .map(Stopped::hart)
                .filter(each -> each >= 0)
                .orElse(guest.machine().nextHart());
        if (hart >= 0) {
            guest.look(hart);
        }
        Optional<StopPoints.StopPoint> point =
                stop.hit().flatMap(hit -> session.stops().of(hit.trigger()));
        String what = stop.hit().map(hit -> what(guest, hit)).orElse("");
        var stopped = new Stopped(
                CellText.word(stop.cause()),
                point.map(StopPoints.StopPoint::number).orElse(0),
                what,
                Here.of(session));
        var lines = new ArrayList<String>();
        switch (stop.cause()) {
            case ARRIVED -> {}
            case HIT ->
                lines.add(point.map(each -> "%s %d, %s".formatted(each.kind(), each.number(), each.what()))
                                .orElse("stopped")
                        + (what.isEmpty() ? "" : ": " + what));
            case START -> lines.add("the trace begins here");
            case END -> lines.add("the trace ends here");
            case CANCELLED -> lines.add("stopped by ^C");
        }
        point.flatMap(StopPoints.StopPoint::condition)
                .map(StopCondition::failure)
                .filter(failure -> !failure.isEmpty())
                .ifPresent(failure -> lines.add("its condition can't be told: " + failure));
        lines.addAll(stopped.here.lines());
        return new Reply.Facts(lines, stopped);
    }

    private static int hart(Hit hit) {
        return switch (hit.what()) {
            case Triggers.PcHit pc -> pc.hart();
            case Triggers.TrapHit trap -> trap.hart();
            case MemoryAccess access -> access.hart();
            default -> -1;
        };
    }

    /** What an occurrence was, beyond what the user asked for. */
    private static String what(Guest guest, Hit hit) {
        return switch (hit.what()) {
            case MemoryAccess access -> access(guest, access);
            case Triggers.TrapHit trap ->
                "%s at 0x%x%s".formatted(TrapNames.name(trap.cause()), trap.pc(), named(guest.symbolAt(trap.pc())));
            case Triggers.ConsoleHit console -> "console %d says '%s'".formatted(console.console(), console.text());
            default -> "";
        };
    }

    /** An access in words: {@code write of 4 bytes at 0x…, 1 -> 2, by 0x… <f+4>}. */
    static String access(Guest guest, MemoryAccess access) {
        String who = switch (access.agent()) {
            case INSTRUCTION -> "by 0x%x%s".formatted(access.pc(), named(guest.symbolAt(access.pc())));
            case PAGE_WALK -> "by a page walk for 0x%x".formatted(access.virtualAddress());
            case DEVICE -> "by a device";
        };
        String values = access.kind() == MemoryAccess.Kind.READ
                ? "0x%x".formatted(access.before())
                : "0x%x -> 0x%x".formatted(access.before(), access.after());
        return "%s of %d byte%s at physical 0x%x, %s, %s"
                .formatted(
                        CellText.word(access.kind()),
                        access.sizeBytes(),
                        access.sizeBytes() == 1 ? "" : "s",
                        access.physicalAddress(),
                        values,
                        who);
    }

    private static String named(String symbol) {
        return symbol.isEmpty() ? "" : " <" + symbol + ">";
    }
}

package dev.retrovisor.cli.prompt;

import dev.retrovisor.replayer.timeline.Trigger;
import java.util.List;

/** How breakpoints are told. */
final class StopList {
    /** @param on whether it stops anything */
    record Row(int number, String kind, boolean on, String what) {
        static Row of(StopPoints.StopPoint point) {
            return new Row(point.number(), point.kind(), point.isOn(), point.what());
        }
    }

    private StopList() {}

    static Reply added(Session session, String kind, String what, Trigger trigger, StopFilter filter) {
        var point = session.stops().add(kind, what, trigger, filter.condition());
        return new Reply.Facts("%s %d: %s".formatted(kind, point.number(), what), Row.of(point));
    }

    static Reply rows(List<StopPoints.StopPoint> points) {
        return Reply.rows(Row.class, points.stream().map(Row::of).toList(), "no breakpoints: 'help break' sets one");
    }

    /** A place as the user named it, with its address where that says more. */
    static String place(Guest guest, String text, long address) {
        String symbol = guest.symbolAt(address);
        String number = "0x" + Long.toHexString(address);
        String named = symbol.isEmpty() || symbol.equals(text) ? "" : " <" + symbol + ">";
        return text.equalsIgnoreCase(number) ? number + named : text + " (" + number + named + ")";
    }
}

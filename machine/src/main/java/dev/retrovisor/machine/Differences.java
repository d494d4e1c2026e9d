package dev.retrovisor.machine;

import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.event.DeviceEvents;
import dev.retrovisor.machine.hart.Hart;
import dev.retrovisor.machine.hart.HartFields;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.memory.Ram;
import dev.retrovisor.machine.state.PageSpace;
import dev.retrovisor.machine.state.StateWriter;
import dev.retrovisor.machine.state.Stateful;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/** In what two machines that should be the same are not: cheaply whether, and at length what. */
final class Differences {
    private static final int MOST_PAGES = 8;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** One thing that differs: its name, and what it is in each of the two. */
    record Row(String what, String first, String second) {}

    private Differences() {}

    /** Whether time and every hart are the same. */
    static boolean isSameTimeAndHarts(Machine first, Machine second) {
        if (first.steps() != second.steps() || first.virtualNanos() != second.virtualNanos()) {
            return false;
        }
        for (int hart = 0; hart < first.hartCount(); hart++) {
            HartState a = first.hart(hart);
            HartState b = second.hart(hart);
            for (int offset = 0; offset < HartState.SAVED_BYTES; offset += Long.BYTES) {
                if (a.get(offset) != b.get(offset)) {
                    return false;
                }
            }
        }
        return true;
    }

    static boolean areSame(List<DeviceEvent> first, List<DeviceEvent> second) {
        return firstDifference(first, second) < 0;
    }

    private static int firstDifference(List<DeviceEvent> first, List<DeviceEvent> second) {
        int common = Math.min(first.size(), second.size());
        for (int i = 0; i < common; i++) {
            if (!DeviceEvents.same(first.get(i), second.get(i))) {
                return i;
            }
        }
        return first.size() == second.size() ? -1 : common;
    }

    /** Everything that differs; of memory and disks the first pages. */
    static List<Row> between(Machine first, Machine second) {
        var rows = new ArrayList<Row>();
        if (first.steps() != second.steps()) {
            rows.add(new Row("step", "%,d".formatted(first.steps()), "%,d".formatted(second.steps())));
        }
        if (first.virtualNanos() != second.virtualNanos()) {
            rows.add(new Row(
                    "virtual time",
                    "%,d ns".formatted(first.virtualNanos()),
                    "%,d ns".formatted(second.virtualNanos())));
        }
        for (int hart = 0; hart < first.hartCount(); hart++) {
            addHart(rows, hart, first.hart(hart), second.hart(hart));
        }
        for (int i = 0; i < first.parts().size(); i++) {
            addPart(rows, first.parts().get(i), second.parts().get(i));
        }
        for (int i = 0; i < first.pageSpaces().size(); i++) {
            addPages(rows, first.pageSpaces().get(i), second.pageSpaces().get(i));
        }
        return rows;
    }

    private static void addHart(List<Row> rows, int hart, HartState first, HartState second) {
        for (int offset = 0; offset < HartState.SAVED_BYTES; offset += Long.BYTES) {
            if (first.get(offset) != second.get(offset)) {
                rows.add(new Row(
                        "hart " + hart + " " + HartFields.name(offset),
                        hex(first.get(offset)),
                        hex(second.get(offset))));
            }
        }
    }

    /** A device, the clock, whose turn it is: named only, with where in its section the first byte differs. */
    private static void addPart(List<Row> rows, Stateful first, Stateful second) {
        if (first instanceof Hart) {
            return;
        }
        byte[] a = saved(first);
        byte[] b = saved(second);
        int at = Arrays.mismatch(a, b);
        if (at >= 0) {
            rows.add(new Row("%s, byte %d of its state".formatted(first.name(), at), byteAt(a, at), byteAt(b, at)));
        }
    }

    private static byte[] saved(Stateful part) {
        var out = new StateWriter();
        part.save(out);
        return out.toByteArray();
    }

    private static String byteAt(byte[] bytes, int at) {
        return at < bytes.length ? "0x%02x".formatted(bytes[at]) : "nothing";
    }

    private static void addPages(List<Row> rows, PageSpace first, PageSpace second) {
        var pages = new TreeSet<Long>();
        first.forEachPresent(pages::add);
        second.forEachPresent(pages::add);
        var a = new byte[PageSpace.PAGE_BYTES];
        var b = new byte[PageSpace.PAGE_BYTES];
        int found = 0;
        for (long page : pages) {
            first.readPage(page, a);
            second.readPage(page, b);
            int at = Arrays.mismatch(a, b);
            if (at >= 0) {
                found++;
                if (found <= MOST_PAGES) {
                    int word = at & -Long.BYTES;
                    long base = first instanceof Ram ? Ram.BASE : 0;
                    rows.add(new Row(
                            "%s at 0x%x".formatted(first.name(), base + page * PageSpace.PAGE_BYTES + word),
                            hex((long) LONG.get(a, word)),
                            hex((long) LONG.get(b, word))));
                }
            }
        }
        if (found > MOST_PAGES) {
            String more = "%,d more pages".formatted(found - MOST_PAGES);
            rows.add(new Row(first.name(), more, more));
        }
    }

    /** The first thing that left one of two machines and not the other; or nothing. */
    static List<Row> between(List<DeviceEvent> first, List<DeviceEvent> second) {
        int at = firstDifference(first, second);
        return at < 0 ? List.of() : List.of(new Row("left the machine", event(first, at), event(second, at)));
    }

    private static String event(List<DeviceEvent> events, int at) {
        return at < events.size() ? DeviceEvents.describe(events.get(at)) : "nothing";
    }

    private static String hex(long value) {
        return "0x%016x".formatted(value);
    }
}

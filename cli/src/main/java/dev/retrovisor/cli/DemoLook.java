package dev.retrovisor.cli;

import com.google.gson.JsonObject;
import dev.retrovisor.introspect.event.EventStream;
import dev.retrovisor.introspect.inspect.Inspection;
import dev.retrovisor.introspect.inspect.Inspections;
import dev.retrovisor.introspect.ipc.IpcGraph;
import dev.retrovisor.introspect.ipc.IpcStream;
import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.traces.Position;
import dev.retrovisor.traces.TraceEntry;
import dev.retrovisor.traces.TraceReader;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;

/**
 * The demo's last act: what the guest did, told from its memory alone. The processes and who holds the memory, at the moment
 * at which the guest listed its own processes; who talked to whom, over the whole run.
 *
 * @param processes rows of pstree, without threads of the kernel
 * @param memory rows of memsum, the largest first
 * @param slabs rows of slabs, the largest first
 */
record DemoLook(
        Position position,
        String kernel,
        List<Record> processes,
        long kernelThreads,
        List<Record> memory,
        List<Record> slabs,
        List<IpcGraph.Link> talk) {
    private static final String LISTING = "PID   PPID";
    private static final int MOST_PROCESSES = 12;
    private static final int MOST_ROWS = 5;
    private static final int MOST_LINKS = 6;
    private static final int KTHREADD = 2;

    /** Replays a trace once more and looks. */
    static DemoLook of(TraceLook look) {
        var graph = new IpcGraph();
        var seen = new DemoLook[1];
        List<EventStream> streams = List.of(new IpcStream());
        look.watching(streams, graph, () -> {
            look.seek(moment(look.replay().trace()));
            seen[0] = at(look);
            look.seek(ReplayTarget.END);
        });
        // A guest's programs, not what the kernel tells itself: both ends are processes.
        List<IpcGraph.Link> links = graph.links(_ -> true).stream()
                .filter(link -> link.fromPid() != 0 && link.toPid() != 0 && link.fromPid() != link.toPid())
                .toList();
        DemoLook there = seen[0];
        return new DemoLook(
                there.position, there.kernel, there.processes, there.kernelThreads, there.memory, there.slabs, links);
    }

    private static DemoLook at(TraceLook look) {
        List<Record> tree = rows(look, "pstree");
        List<Record> processes = tree.stream().filter(DemoLook::isProgram).toList();
        return new DemoLook(
                look.position(),
                look.kernel().facts().release(),
                processes,
                tree.size() - processes.size(),
                largest(rows(look, "memsum"), "pssBytes"),
                largest(rows(look, "slabs"), "bytes"),
                List.of());
    }

    /** Behind the first line of the guest's own list of processes: its ps runs still. Else the end. */
    private static ReplayTarget moment(TraceReader trace) {
        var line = new StringBuilder();
        try (var events = trace.events()) {
            for (TraceEntry entry = events.next(); entry != null; entry = events.next()) {
                if (entry instanceof TraceEntry.Device(DeviceEvent.ConsoleOutput(long _, int _, byte[] bytes))) {
                    line.append(new String(bytes, StandardCharsets.ISO_8859_1));
                    if (line.indexOf(LISTING) >= 0) {
                        return new ReplayTarget.Event(events.ordinal() - 1);
                    }
                    line.delete(0, Math.max(0, line.length() - LISTING.length()));
                }
            }
        }
        return ReplayTarget.END;
    }

    private static List<Record> rows(TraceLook look, String name) {
        Inspection<?> inspection = Inspections.named(name).orElseThrow();
        return Answer.of(inspection, Inspection.Scope.EVERYTHING, look.startedKernel(), look.position())
                .rows();
    }

    private static boolean isProgram(Record row) {
        return number(row, "pid") != KTHREADD && number(row, "ppid") != KTHREADD;
    }

    private static long number(Record row, String column) {
        return ((Number) RowShape.of(row.getClass()).part(column).of(row)).longValue();
    }

    private static List<Record> largest(List<Record> rows, String column) {
        return rows.stream()
                .filter(row -> number(row, column) > 0)
                .sorted(Comparator.comparingLong((Record row) -> number(row, column))
                        .reversed())
                .toList();
    }

    /** Prints it for people. */
    void print(Screen screen) {
        screen.out()
                .println("  Linux %s at %s, where the guest lists its own processes"
                        .formatted(GuestText.shown(kernel), Positions.words(position)));
        table(screen, processes, MOST_PROCESSES, "pid", "tree", "state", "startNanos");
        screen.out().println("  and " + Text.count(kernelThreads, "thread") + " of the kernel");
        heading(screen, "Who talked to whom");
        table(screen, talk, MOST_LINKS, "fromPid", "fromComm", "toPid", "toComm", "kind", "messages", "bytes");
        heading(screen, "Who holds the memory");
        table(screen, memory, MOST_ROWS, "pid", "name", "rssBytes", "pssBytes", "anonymousBytes");
        screen.out().println();
        table(screen, slabs, MOST_ROWS, "name", "live", "objects", "bytes");
    }

    private static void heading(Screen screen, String text) {
        screen.out().println();
        screen.out().println(screen.bold(text));
    }

    private static void table(Screen screen, List<? extends Record> rows, int most, String... columns) {
        if (rows.isEmpty()) {
            screen.out().println("  (nothing)");
            return;
        }
        var table = new RowTable(RowShape.of(rows.getFirst().getClass()).only(List.of(columns)));
        rows.stream().limit(most).forEach(table::add);
        table.fitTo(screen.outputIsTerminal() ? screen.columns() - 2 : RowTable.UNLIMITED);
        table.heading().forEach(line -> screen.out().println("  " + screen.dim(line)));
        table.lines().forEach(line -> screen.out().println("  " + line));
        if (rows.size() > most) {
            screen.out().println("  " + screen.dim("and " + Text.count(rows.size() - most) + " more"));
        }
    }

    /** For programs: all rows. */
    JsonObject json() {
        var json = new JsonObject();
        json.add("position", RowJson.of(position));
        json.addProperty("kernel", kernel);
        json.add("processes", RowJson.rows(processes));
        json.addProperty("kernelThreads", kernelThreads);
        json.add("talk", RowJson.rows(talk));
        json.add("memory", RowJson.rows(memory));
        json.add("slabs", RowJson.rows(slabs));
        return json;
    }
}

package dev.retrovisor.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.retrovisor.introspect.export.Graph;
import dev.retrovisor.introspect.export.GraphDot;
import dev.retrovisor.introspect.export.GraphSvg;
import dev.retrovisor.introspect.ipc.IpcGraph;
import dev.retrovisor.introspect.ipc.IpcStream;
import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.traces.Position;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells who talks to whom. */
@Command(
        name = "ipcgraph",
        description = {
            "Replay a trace and tell which processes of the guest's Linux talked to which, over what, and how much.",
            "Exit code 0: told; 4: told, and something in the guest's memory was broken; 3: no Linux there."
        },
        customSynopsis = "retrovisor ipcgraph TRACE [--from POSITION] [--to POSITION] [--pid N] [OPTIONS]",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "@|bold Examples|@",
            "  retrovisor ipcgraph debian.trace",
            "  retrovisor ipcgraph debian.trace --from boot+0.5s --pid 127",
            "  retrovisor ipcgraph debian.trace --format svg > ipc.svg",
            "  retrovisor ipcgraph debian.trace --format dot | dot -Tpdf > ipc.pdf"
        })
final class IpcgraphCommand implements Callable<Integer> {
    private static final int SCHEMA_VERSION = 1;

    private final Screen screen;

    @Parameters(paramLabel = "TRACE", description = "A trace: a folder that 'record' made.")
    private Path trace;

    @Option(
            names = "--from",
            paramLabel = "POSITION",
            description = "Count nothing before: a step (12_000_000, 250M), 50%%, boot+2.5s or event:N."
                    + " Default: power-on.")
    private String from = "0";

    @Option(names = "--to", paramLabel = "POSITION", description = "Stop there. Default: end.")
    private String to = "end";

    @Option(
            names = "--pid",
            paramLabel = "N",
            converter = Values.Pid.class,
            description = "Only what this process sends or receives, by its number in the initial namespace.")
    private Optional<Integer> pid = Optional.empty();

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "table",
            converter = GraphFormat.Converter.class,
            completionCandidates = GraphFormat.Names.class,
            description = "table (for people), json (one document with a schema version), dot (for Graphviz) or svg (a"
                    + " picture).")
    private GraphFormat format;

    @Mixin
    private KernelSymbolFile.Choice symbols;

    @Mixin
    private ReplaySettings settings;

    IpcgraphCommand(Context context) {
        this.screen = context.screen();
    }

    @Override
    public Integer call() {
        ReplayTarget start = ReplayTarget.parse(from);
        ReplayTarget stop = ReplayTarget.parse(to);
        try (TraceLook look = TraceLook.open(screen, trace, settings)) {
            look.requireInOrder(List.of(start, stop));
            look.use(symbols);
            look.seek(start);
            Position begun = look.position();
            var graph = new IpcGraph();
            List<String> notes = look.watch(List.of(new IpcStream()), stop, graph, () -> false);
            print(look, begun, graph.links(each -> pid.isEmpty() || pid.get() == each));
            if (!settings.quiet()) {
                notes.forEach(note -> screen.err().println("not told: " + GuestText.printable(note)));
            }
            var damage = DamageReport.of(look.kernel().damage());
            damage.tell(screen, "ipcgraph");
            look.tellStatistics(settings.engine());
            return damage.exitCode();
        }
    }

    private void print(TraceLook look, Position begun, List<IpcGraph.Link> links) {
        String title =
                "Who talks to whom, from %s to %s".formatted(Positions.words(begun), Positions.words(look.position()));
        switch (format) {
            case TABLE -> table(title, links);
            case JSON -> json(look, begun, links);
            case DOT -> screen.out().print(GraphDot.render(harmless(links), title));
            case SVG -> screen.out().print(GraphSvg.render(harmless(links), title));
        }
        screen.out().flush();
    }

    /** The writers escape what their formats need escaped; a terminal needs more. */
    private static Graph harmless(List<IpcGraph.Link> links) {
        return IpcGraph.graph(links.stream()
                .map(link -> new IpcGraph.Link(
                        link.fromPid(),
                        GuestText.shown(link.fromComm()),
                        link.toPid(),
                        GuestText.shown(link.toComm()),
                        link.kind(),
                        link.channel(),
                        link.messages(),
                        link.bytes()))
                .toList());
    }

    private void table(String title, List<IpcGraph.Link> links) {
        screen.out().println(screen.dim(title));
        screen.out().println();
        if (links.isEmpty()) {
            screen.out()
                    .println(pid.map("(process %d to nobody, and nobody to it)"::formatted)
                            .orElse("(nobody to anybody)"));
            return;
        }
        var table = new RowTable(RowShape.of(IpcGraph.Link.class));
        links.forEach(table::add);
        Sheet.ofOutput(screen).print(table);
    }

    private void json(TraceLook look, Position begun, List<IpcGraph.Link> links) {
        var document = new JsonObject();
        document.addProperty("schema", "retrovisor.ipcgraph");
        document.addProperty("schemaVersion", SCHEMA_VERSION);
        document.addProperty("trace", look.trace().toString());
        document.add("from", RowJson.of(begun));
        document.add("to", RowJson.of(look.position()));
        var processes = new JsonArray();
        IpcGraph.processes(links).forEach(process -> processes.add(RowJson.of(process)));
        document.add("processes", processes);
        var edges = new JsonArray();
        links.forEach(link -> edges.add(RowJson.of(link)));
        document.add("links", edges);
        screen.out().println(new RowJson(screen.out()).document(document));
    }
}

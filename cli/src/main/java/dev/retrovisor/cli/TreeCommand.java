package dev.retrovisor.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.retrovisor.introspect.inspect.Column;
import dev.retrovisor.introspect.inspect.Column.Style;
import dev.retrovisor.traces.Manifest;
import dev.retrovisor.traces.TraceFamily;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows which traces go on from which. */
@Command(
        name = "tree",
        description = {
            "Show the family of a trace: what it goes on from, and what goes on from it.",
            "Children are looked for in the folders in which its ancestors and itself lie. With a folder of traces, all",
            "families in it."
        },
        optionListHeading = "%nOptions:%n",
        footer = {"", "@|bold Examples|@", "  retrovisor tree debian.trace", "  retrovisor tree . --format json"})
final class TreeCommand implements Callable<Integer> {
    private static final int SCHEMA_VERSION = 1;

    private final Screen screen;

    @Parameters(paramLabel = "TRACE", description = "A trace, or a folder with traces in it.")
    private Path trace;

    @Option(
            names = "--parent",
            paramLabel = "TRACE",
            description = "Where an ancestor is, or a folder with it, if it has moved. May be repeated.")
    private List<Path> parents = new ArrayList<>();

    @Mixin
    private RowFormat.Choice format;

    TreeCommand(Context context) {
        this.screen = context.screen();
    }

    /**
     * A trace of the family, as programs get it.
     *
     * @param trace its folder
     * @param parent the folder of the trace that it goes on from; empty if it goes on from none, or that is not there
     * @param parentName what it says that trace is called; empty for power-on
     * @param generation how many ancestors are shown
     * @param step where it begins
     * @param endStep where it ends
     * @param kept inputs that its parent has as well
     * @param left inputs of its parent that it has not
     */
    record Member(
            String trace,
            String parent,
            String parentName,
            int generation,
            long step,
            @Column(Style.NANOS) long nanos,
            long endStep,
            @Column(Style.NANOS) long endNanos,
            long inputs,
            long pokes,
            long kept,
            long left,
            boolean reseeded,
            @Column(Style.BYTES) long bytes) {}

    @Override
    public Integer call() {
        if (!Files.isDirectory(trace)) {
            InputFiles.requireTrace(trace);
        }
        var family = new FamilyTree(parents, note -> screen.err().println(GuestText.printable(note)));
        if (TraceFamily.isTrace(trace)) {
            family.addFamilyOf(trace);
        } else {
            family.addAllIn(trace);
        }
        if (family.roots().isEmpty()) {
            throw new BadFile("%s: no trace, and none in it".formatted(trace));
        }
        Sheet sheet = Sheet.ofOutput(screen);
        if (format.isTable()) {
            family.roots().forEach(root -> print(sheet, family, root, "", ""));
        } else {
            printRows(sheet, rows(family));
        }
        return ExitCode.GOOD;
    }

    private void print(Sheet sheet, FamilyTree family, FamilyMember member, String before, String below) {
        boolean plain = !screen.showsUnicode();
        String here = TraceFamily.isTrace(trace)
                        && TraceFamily.manifestSha256(trace)
                                .filter(member.manifestSha256()::equals)
                                .isPresent()
                ? sheet.bold(GuestText.printable(member.folder().getFileName().toString()))
                : GuestText.printable(member.folder().getFileName().toString());
        sheet.to().println(before + here + sheet.dim("  " + words(family, member)));
        List<FamilyMember> children = family.children(member);
        for (int i = 0; i < children.size(); i++) {
            boolean isLast = i == children.size() - 1;
            String branch = plain ? isLast ? "`-- " : "|-- " : isLast ? "└── " : "├── ";
            String line = isLast ? "    " : plain ? "|   " : "│   ";
            print(sheet, family, children.get(i), below + branch, below + line);
        }
    }

    private static String words(FamilyTree family, FamilyMember member) {
        String size = Text.bytes(member.ownBytes());
        String end = "to " + Positions.words(member.end());
        return switch (member.manifest().start()) {
            case Manifest.PowerOn _ ->
                "%s, %s, %s".formatted(Text.visible(member.manifest().guest()), end, size);
            case Manifest.Resumed start -> {
                String from = family.parent(member).isPresent()
                        ? ""
                        : "of %s, which is not here, "
                                .formatted(Text.visible(start.parent().name()));
                yield "%sfrom %s %s; %s; %s"
                        .formatted(from, Positions.words(start.position()), end, member.changes(), size);
            }
        };
    }

    private static List<Member> rows(FamilyTree family) {
        var rows = new ArrayList<Member>();
        family.roots().forEach(root -> addRows(family, root, 0, rows));
        return rows;
    }

    private static void addRows(FamilyTree family, FamilyMember member, int generation, List<Member> rows) {
        String parentName = switch (member.manifest().start()) {
            case Manifest.PowerOn _ -> "";
            case Manifest.Resumed start -> start.parent().name();
        };
        rows.add(new Member(
                member.folder().toString(),
                family.parent(member).map(parent -> parent.folder().toString()).orElse(""),
                parentName,
                generation,
                member.manifest().start().position().step(),
                member.manifest().start().position().virtualNanos(),
                member.end().step(),
                member.end().virtualNanos(),
                member.inputs().all(),
                member.inputs().pokes(),
                member.inputs().kept(),
                member.inputs().left(),
                member.inputs().isReseeded(),
                member.ownBytes()));
        family.children(member).forEach(child -> addRows(family, child, generation + 1, rows));
    }

    private void printRows(Sheet sheet, List<Member> rows) {
        var json = new RowJson(sheet.to());
        switch (format.format) {
            case JSON -> {
                var document = new JsonObject();
                document.addProperty("schema", "retrovisor.tree");
                document.addProperty("schemaVersion", SCHEMA_VERSION);
                JsonArray traces = RowJson.rows(rows);
                document.add("traces", traces);
                sheet.to().println(json.document(document));
            }
            case CSV -> {
                sheet.to().print(RowCsv.heading(RowCsv.names(RowShape.of(Member.class))));
                rows.forEach(row -> sheet.to().print(RowCsv.line(RowCsv.cells(row, json))));
            }
            case JSONL, TABLE -> rows.forEach(row -> sheet.to().println(json.line(RowJson.of(row))));
        }
    }
}

package dev.retrovisor.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.retrovisor.introspect.inspect.Column;
import dev.retrovisor.introspect.inspect.Column.Style;
import dev.retrovisor.machine.event.HartRegister;
import dev.retrovisor.machine.event.InputEvent;
import dev.retrovisor.machine.isa.Registers;
import dev.retrovisor.traces.EntryKind;
import dev.retrovisor.traces.EventCursor;
import dev.retrovisor.traces.TraceReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists what came into a recorded machine. */
@Command(
        name = "inputs",
        description = {
            "List what came into a recorded machine, with the numbers that 'branch' takes.",
            "Everything else that the machine did follows from these."
        },
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "@|bold Examples|@",
            "  retrovisor inputs debian.trace",
            "  retrovisor inputs debian.trace --all --format jsonl"
        })
final class InputsCommand implements Callable<Integer> {
    private static final int SCHEMA_VERSION = 1;
    private static final int SHOWN_BYTES = 60;

    private final Screen screen;

    @Parameters(paramLabel = "TRACE", description = "A trace: a folder that 'record' made.")
    private Path trace;

    @Option(names = "--all", description = "Show all bytes of each, not only the first " + SHOWN_BYTES + ".")
    private boolean all;

    @Mixin
    private RowFormat.Choice format;

    InputsCommand(Context context) {
        this.screen = context.screen();
    }

    /**
     * One input.
     *
     * @param number from 0
     * @param step when it came, in steps
     * @param nanos and in virtual time
     * @param bytes how many it brought; 0 where that means nothing
     */
    record Input(
            long number, long step, @Column(Style.NANOS) long nanos, String kind, int bytes, String what) {}

    @Override
    public Integer call() {
        InputFiles.requireTrace(trace);
        Sheet sheet = Sheet.ofOutput(screen);
        var table = new RowTable(RowShape.of(Input.class));
        var json = new RowJson(sheet.to());
        var rows = new JsonArray();
        if (format.format == RowFormat.CSV) {
            sheet.to().print(RowCsv.heading(RowCsv.names(RowShape.of(Input.class))));
        }
        try (TraceReader reader = TraceReader.open(trace);
                EventCursor<InputEvent> inputs = reader.inputs()) {
            for (InputEvent event = inputs.next(); event != null; event = inputs.next()) {
                Input row = row(inputs.ordinal() - 1, event);
                switch (format.format) {
                    case TABLE -> table.add(row);
                    case JSON -> rows.add(RowJson.of(row));
                    case JSONL -> sheet.to().println(json.line(RowJson.of(row)));
                    case CSV -> sheet.to().print(RowCsv.line(RowCsv.cells(row, json)));
                }
            }
        }
        if (format.isTable()) {
            sheet.print(table);
        } else if (format.format == RowFormat.JSON) {
            var document = new JsonObject();
            document.addProperty("schema", "retrovisor.inputs");
            document.addProperty("schemaVersion", SCHEMA_VERSION);
            document.addProperty("trace", trace.toString());
            document.add("inputs", rows);
            sheet.to().println(json.document(document));
        }
        return ExitCode.GOOD;
    }

    private Input row(long number, InputEvent event) {
        String kind = EntryKind.of(event).label();
        return switch (event) {
            case InputEvent.ConsoleInput(long step, long nanos, int console, byte[] bytes) ->
                new Input(number, step, nanos, kind, bytes.length, text(bytes) + on("console", console));
            case InputEvent.ConsoleResize(long step, long nanos, int console, int columns, int rows) ->
                new Input(number, step, nanos, kind, 0, columns + " x " + rows + on("console", console));
            case InputEvent.FrameArrival(long step, long nanos, int nic, byte[] frame) ->
                new Input(number, step, nanos, kind, frame.length, hex(frame) + on("card", nic));
            case InputEvent.WallClock(long step, long nanos, long epochNanos) ->
                new Input(
                        number,
                        step,
                        nanos,
                        kind,
                        0,
                        Instant.EPOCH.plusNanos(epochNanos).toString());
            case InputEvent.EntropySeed(long step, long nanos, byte[] seed) ->
                new Input(number, step, nanos, kind, seed.length, "");
            case InputEvent.Operator(long step, long nanos, InputEvent.Operator.Action action) ->
                new Input(
                        number,
                        step,
                        nanos,
                        kind,
                        0,
                        action.name().toLowerCase(Locale.ROOT).replace('_', ' '));
            case InputEvent.MemoryPoke(long step, long nanos, long physicalAddress, byte[] bytes) ->
                new Input(number, step, nanos, kind, bytes.length, "%#x = %s".formatted(physicalAddress, hex(bytes)));
            case InputEvent.RegisterPoke(long step, long nanos, int hart, HartRegister register, long value) ->
                new Input(number, step, nanos, kind, 0, "%d.%s = %#x".formatted(hart, Registers.name(register), value));
        };
    }

    /** The usual one goes without saying. */
    private static String on(String what, int number) {
        return number == 0 ? "" : " (" + what + " " + number + ")";
    }

    private String text(byte[] bytes) {
        int shown = all ? bytes.length : Math.min(bytes.length, SHOWN_BYTES);
        return new String(bytes, 0, shown, StandardCharsets.UTF_8) + (shown < bytes.length ? "..." : "");
    }

    private String hex(byte[] bytes) {
        int shown = all ? bytes.length : Math.min(bytes.length, SHOWN_BYTES / 2);
        return HexFormat.of().formatHex(bytes, 0, shown) + (shown < bytes.length ? "..." : "");
    }
}

package dev.retrovisor.cli;

import dev.retrovisor.introspect.event.EventStream;
import dev.retrovisor.introspect.event.GuestEvent;
import dev.retrovisor.introspect.export.PerfettoTimeline;
import dev.retrovisor.introspect.export.PerfettoTrace;
import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.event.InputEvent;
import dev.retrovisor.replayer.ReplayTap;
import dev.retrovisor.replayer.export.AsciicastWriter;
import dev.retrovisor.replayer.export.PcapngWriter;
import dev.retrovisor.replayer.export.WallClockBase;
import dev.retrovisor.traces.Position;
import dev.retrovisor.traces.TraceReader;
import java.io.BufferedOutputStream;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The files of one export while it goes on. */
final class ExportFiles implements Closeable {
    private final TraceReader trace;
    private final WallClockBase clock;
    private final List<Closeable> open = new ArrayList<>();
    private final List<ReplayTap> taps = new ArrayList<>();
    private final Map<String, EventPrinter> printers = new HashMap<>();
    private final List<Supplier<String>> reports = new ArrayList<>();
    private Optional<PerfettoTimeline> timeline = Optional.empty();
    private long events;

    ExportFiles(TraceReader trace) {
        this.trace = trace;
        clock = WallClockBase.of(trace);
    }

    void perfetto(Path file) {
        timeline = Optional.of(new PerfettoTimeline(new PerfettoTrace(create(file))));
        reports.add(() -> "%s: a timeline of %s".formatted(file, Text.count(events, "guest event")));
    }

    void pcapng(Path file) {
        var writer =
                new PcapngWriter(create(file), clock, trace.manifest().config().nics(), "Retrovisor " + Version.NUMBER);
        taps.add(writer);
        reports.add(() -> "%s: %s".formatted(file, Text.count(writer.frames(), "frame")));
    }

    void asciicast(Path file) {
        var out = new BufferedWriter(new OutputStreamWriter(create(file), StandardCharsets.UTF_8));
        open.addFirst(out);
        var writer = new AsciicastWriter(
                out,
                AsciicastWriter.Size.of(trace),
                clock,
                trace.manifest().start().position().virtualNanos(),
                trace.manifest().guest());
        taps.add(writer);
        reports.add(() -> "%s: %s of console output and input".formatted(file, Text.count(writer.events(), "piece")));
    }

    /** A file a stream, also where nothing happens. */
    void jsonl(Path folder, List<EventStream> streams) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (EventStream stream : streams) {
            Path file = folder.resolve(stream.name() + ".jsonl");
            var out = new PrintStream(create(file), false, StandardCharsets.UTF_8);
            open.addFirst(out);
            var printer = new EventPrinter(out, false, RowFormat.JSONL, false);
            printers.put(stream.name(), printer);
            reports.add(() -> "%s: %s".formatted(file, Text.count(printer.printed(), "guest event")));
        }
    }

    private OutputStream create(Path file) {
        try {
            var out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
            open.addFirst(out);
            return out;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What sees the machine's inputs and outputs. */
    ReplayTap tap() {
        return new ReplayTap() {
            @Override
            public void in(InputEvent event) {
                taps.forEach(tap -> tap.in(event));
            }

            @Override
            public void out(DeviceEvent event, long virtualNanos) {
                taps.forEach(tap -> tap.out(event, virtualNanos));
            }
        };
    }

    void accept(GuestEvent event) {
        events++;
        timeline.ifPresent(to -> to.accept(event));
        EventPrinter printer = printers.get(event.stream());
        if (printer != null) {
            printer.print(event);
        }
    }

    /** At the last moment: gives out what is still held back. */
    void end(Position position) {
        timeline.ifPresent(to -> to.end(position.virtualNanos()));
        for (EventPrinter printer : printers.values()) {
            printer.flush();
            if (printer.isClosed()) {
                throw new UserMistake("--jsonl: not all could be written: is the disk full?");
            }
        }
    }

    /** What the files hold, a line each. */
    List<String> written() {
        return reports.stream().map(Supplier::get).toList();
    }

    /** Closes all files, the inner ones of each first. */
    @Override
    public void close() throws IOException {
        IOException failure = null;
        for (Closeable each : open) {
            try {
                each.close();
            } catch (IOException e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}

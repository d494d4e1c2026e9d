package dev.retrovisor.cli;

import dev.retrovisor.introspect.event.EventStream;
import dev.retrovisor.introspect.event.EventStreams;
import dev.retrovisor.introspect.kernel.NoKernelException;
import dev.retrovisor.replayer.ReplayTarget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes what is in a trace for other tools. */
@Command(
        name = "export",
        description = {
            "Replay a trace once and write what happened in it for other tools, as many formats as are asked for.",
            "Files that exist are replaced. Nothing but the trace is needed.",
            "Exit code 0: written; 4: written, and something in the guest's memory was broken; 3: no Linux there."
        },
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "@|bold Examples|@",
            "  retrovisor export debian.trace --perfetto run.pftrace     open it at ui.perfetto.dev",
            "  retrovisor export debian.trace --pcapng net.pcapng --asciicast console.cast",
            "  retrovisor export debian.trace --jsonl events/ --streams process,syscall --from boot+2s",
            "  retrovisor export debian.trace --isf kernel.json.gz       symbols and types for Volatility 3",
            "",
            "docs/formats/exports.md says what is in the files."
        })
final class ExportCommand implements Callable<Integer> {
    private final Screen screen;

    @Parameters(paramLabel = "TRACE", description = "A trace: a folder that 'record' made.")
    private Path trace;

    @Option(
            names = "--perfetto",
            paramLabel = "FILE",
            description = "Guest events on a timeline: harts, processes and threads, on virtual time.")
    private Optional<Path> perfetto = Optional.empty();

    @Option(names = "--pcapng", paramLabel = "FILE", description = "The frames of all network cards.")
    private Optional<Path> pcapng = Optional.empty();

    @Option(names = "--asciicast", paramLabel = "FILE", description = "The consoles, for asciinema (version 2).")
    private Optional<Path> asciicast = Optional.empty();

    @Option(names = "--jsonl", paramLabel = "DIR", description = "Guest events, a file a stream, an object a line.")
    private Optional<Path> jsonl = Optional.empty();

    @Option(
            names = "--isf",
            paramLabel = "FILE",
            description =
                    "The kernel's symbols and types, for Volatility 3 (schema 6.2.0); compressed if FILE ends in .gz.")
    private Optional<Path> isf = Optional.empty();

    @Option(
            names = "--streams",
            paramLabel = "STREAM[,STREAM]",
            split = ",",
            completionCandidates = StreamList.Names.class,
            description = "Which guest events; 'retrovisor events' lists the streams. Default: all.")
    private List<String> streams = new ArrayList<>();

    @Option(
            names = "--from",
            paramLabel = "POSITION",
            description = "Write nothing of what is before: a step (12_000_000, 250M), 50%%, boot+2.5s or event:N."
                    + " Default: power-on.")
    private String from = "0";

    @Option(names = "--to", paramLabel = "POSITION", description = "Stop there. Default: end.")
    private String to = "end";

    @Mixin
    private ReplaySettings settings;

    ExportCommand(Context context) {
        this.screen = context.screen();
    }

    @Override
    public Integer call() {
        boolean hasEvents = perfetto.isPresent() || jsonl.isPresent();
        boolean hasBorder = pcapng.isPresent() || asciicast.isPresent();
        if (!hasEvents && !hasBorder && isf.isEmpty()) {
            throw new UserMistake("nothing to write: name a file with --perfetto, --pcapng, --asciicast, --isf,"
                    + " or a folder with --jsonl");
        }
        if (!streams.isEmpty() && !hasEvents) {
            throw new UserMistake("--streams: of guest events: give --perfetto or --jsonl as well");
        }
        perfetto.ifPresent(file -> OutputFiles.requireFile(file, "--perfetto"));
        pcapng.ifPresent(file -> OutputFiles.requireFile(file, "--pcapng"));
        asciicast.ifPresent(file -> OutputFiles.requireFile(file, "--asciicast"));
        jsonl.ifPresent(folder -> OutputFiles.requireNewFolder(folder, "--jsonl"));
        isf.ifPresent(file -> OutputFiles.requireFile(file, "--isf"));
        List<EventStream> watched = streams.isEmpty() ? EventStreams.all() : StreamList.named(streams);
        ReplayTarget start = ReplayTarget.parse(from);
        ReplayTarget stop = ReplayTarget.parse(to);
        try (TraceLook look = TraceLook.open(screen, trace, settings)) {
            look.requireInOrder(List.of(start, stop));
            look.seek(start);
            boolean isDamaged = (hasEvents || hasBorder) && writeRun(look, hasEvents ? watched : List.of(), stop);
            if (isf.isPresent()) {
                writeIsf(look, stop, isf.get());
            }
            look.tellStatistics(settings.engine());
            return isDamaged ? ExitCode.DAMAGED : ExitCode.GOOD;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes what happens up to a position; returns whether something of it was broken. */
    private boolean writeRun(TraceLook look, List<EventStream> watched, ReplayTarget stop) throws IOException {
        try (var files = new ExportFiles(look.replay().trace())) {
            perfetto.ifPresent(files::perfetto);
            pcapng.ifPresent(files::pcapng);
            asciicast.ifPresent(files::asciicast);
            jsonl.ifPresent(folder -> files.jsonl(folder, watched));
            look.replay().tap(files.tap());
            if (watched.isEmpty()) {
                look.seek(stop);
                files.end(look.position());
                tell(files.written());
                return false;
            }
            List<String> notes = look.watch(watched, stop, files::accept, () -> false);
            files.end(look.position());
            tell(files.written());
            if (!settings.quiet()) {
                notes.forEach(note -> screen.err().println("not told: " + GuestText.printable(note)));
            }
            var damage = DamageReport.of(look.kernel().damage());
            damage.tell(screen, "events");
            return !damage.isNone();
        }
    }

    private void writeIsf(TraceLook look, ReplayTarget stop, Path file) throws IOException {
        try {
            look.kernel();
        } catch (NoKernelException _) {
            look.seek(stop); // not loaded yet at the beginning: later, or never
        }
        tell(List.of(KernelSymbolFile.write(look.kernel().facts(), file)));
    }

    private void tell(List<String> written) {
        if (!settings.quiet()) {
            written.forEach(screen.out()::println);
        }
    }
}

package dev.retrovisor.cli;

import dev.retrovisor.introspect.event.EventStream;
import dev.retrovisor.introspect.event.GuestEvent;
import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.traces.Position;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells what happened in the guest. */
@Command(
        name = "events",
        description = {
            "Replay a trace and tell what happens in the guest's Linux: processes, system calls, IPC, memory.",
            "Nothing but the trace is needed, and the guest does what it did. Without STREAM, the streams are listed.",
            "Exit code 0: told; 4: told, and something in the guest's memory was broken; 3: no Linux there."
        },
        customSynopsis = "retrovisor events TRACE STREAM... [--from POSITION] [--to POSITION] [OPTIONS]",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "@|bold Examples|@",
            "  retrovisor events                                     what can be told",
            "  retrovisor events debian.trace process",
            "  retrovisor events debian.trace syscall --filter 'proc.name = sh and evt.failed'",
            "  retrovisor events debian.trace syscall ipc --from boot+2s --to 60%% --format jsonl",
            "",
            "docs/inspect.md has the grammar and the fields of filters."
        })
final class EventsCommand implements Callable<Integer> {
    private final Screen screen;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "TRACE",
            description = "A trace: a folder that 'record' made.")
    private Optional<Path> trace = Optional.empty();

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "STREAM",
            completionCandidates = StreamList.Names.class,
            description = "What to tell; several are told together, in the order in which things happen.")
    private List<String> streams = new ArrayList<>();

    @Option(
            names = "--from",
            paramLabel = "POSITION",
            description = "Tell nothing before: a step (12_000_000, 250M), 50%%, boot+2.5s or event:N."
                    + " Default: power-on.")
    private String from = "0";

    @Option(names = "--to", paramLabel = "POSITION", description = "Stop there. Default: end.")
    private String to = "end";

    @Option(
            names = "--filter",
            paramLabel = "EXPR",
            description = "Tell only what this holds of, in sysdig's words: \"proc.name = sh and evt.type in (read,"
                    + " write)\".")
    private Optional<String> filter = Optional.empty();

    @Option(
            names = "--payload",
            paramLabel = "BYTES",
            description = "Keep so many first bytes of what goes over, where a stream has them. Default: none.")
    private int payloadBytes;

    @Option(names = "--follow", description = "Write each event at once, for one who reads along through a pipe.")
    private boolean follow;

    @Option(names = "--list", description = "List the streams.")
    private boolean list;

    @Mixin
    private KernelSymbolFile.Choice symbols;

    @Mixin
    private ReplaySettings settings;

    @Mixin
    private RowFormat.Choice format;

    EventsCommand(Context context) {
        this.screen = context.screen();
    }

    @Override
    public Integer call() {
        if (list || streams.isEmpty() && !isMistakenForTrace()) {
            trace.ifPresent(InputFiles::requireTrace);
            StreamList.print(screen, format.isTable());
            return ExitCode.GOOD;
        }
        if (isMistakenForTrace()) {
            throw new UserMistake("'%s' stands where the trace is expected: write retrovisor events TRACE %s"
                    .formatted(trace.orElseThrow(), trace.orElseThrow()));
        }
        if (payloadBytes < 0) {
            throw new UserMistake("--payload %d: write how many bytes to keep".formatted(payloadBytes));
        }
        List<EventStream> watched = StreamList.named(streams).stream()
                .map(stream -> stream.keeping(payloadBytes))
                .toList();
        Predicate<GuestEvent> wanted = StreamList.filter(filter, watched);
        ReplayTarget start = ReplayTarget.parse(from);
        ReplayTarget stop = ReplayTarget.parse(to);
        try (TraceLook look = TraceLook.open(screen, trace.orElseThrow(), settings)) {
            look.use(symbols);
            look.requireInOrder(List.of(start, stop));
            look.seek(start);
            int exitCode = tell(look, watched, wanted, stop);
            look.tellStatistics(settings.engine());
            return exitCode;
        }
    }

    private int tell(TraceLook look, List<EventStream> watched, Predicate<GuestEvent> wanted, ReplayTarget stop) {
        var printer = new EventPrinter(screen.out(), screen.outputHasColour(), format.format, watched.size() > 1);
        Position begun = look.position();
        printer.begin(
                look.trace().toString(), watched.stream().map(EventStream::name).toList());
        Consumer<GuestEvent> sink = event -> {
            if (wanted.test(event)) {
                printer.print(event);
                if (follow) {
                    printer.flush();
                }
            }
        };
        List<String> notes;
        try {
            notes = look.watch(watched, stop, sink, () -> {
                printer.flush();
                return printer.isClosed();
            });
        } catch (RuntimeException e) {
            printer.flush();
            throw e;
        }
        var damage = DamageReport.of(look.kernel().damage());
        printer.end(begun, look.position(), notes, damage);
        if (!settings.quiet()) {
            notes.forEach(note -> screen.err().println("not told: " + GuestText.printable(note)));
        }
        damage.tell(screen, "events");
        return damage.exitCode();
    }

    /** A stream without a trace, as in {@code retrovisor events syscall}. */
    private boolean isMistakenForTrace() {
        return trace.isPresent()
                && StreamList.names().contains(trace.get().toString())
                && !trace.get().toFile().exists();
    }
}

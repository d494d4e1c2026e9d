package dev.retrovisor.cli;

import dev.retrovisor.introspect.leak.HeapLeaks;
import dev.retrovisor.introspect.leak.KernelLeaks;
import dev.retrovisor.introspect.leak.Leaks;
import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.traces.Position;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.IntPredicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says who holds memory that was allocated, and who uses it after it was freed. */
@Command(
        name = "leaks",
        description = {
            "Replay a trace and tell who holds memory at the end, by call stack, and what was freed twice.",
            "Of all programs with glibc's malloc, or of the kernel; --uses tells what is used after it was freed, too.",
            "Exit code 0: told; 1: memory was misused; 4: told, and something in the guest's memory was broken."
        },
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "@|bold Examples|@",
            "  retrovisor leaks app.trace                            heaps of all programs with glibc's malloc",
            "  retrovisor leaks app.trace --pid 131 --uses           with every use after free of one process",
            "  retrovisor leaks app.trace --kernel --from boot+1s    what the kernel allocated since, and holds"
        })
final class LeaksCommand implements Callable<Integer> {
    private final Screen screen;

    @Parameters(paramLabel = "TRACE", description = "A trace: a folder that 'record' made.")
    private Path trace;

    @Option(
            names = "--pid",
            paramLabel = "N",
            converter = Values.Pid.class,
            description = "Only this process, by its number in the initial namespace.")
    private Optional<Integer> pid = Optional.empty();

    @Option(names = "--kernel", description = "The kernel's own allocations: slab caches and kmalloc.")
    private boolean kernel;

    @Option(names = "--uses", description = "Watch memory that was freed: costs at each access to its pages.")
    private boolean uses;

    @Option(
            names = "--from",
            paramLabel = "POSITION",
            description =
                    "Follow from there: a step (12_000_000, 250M), 50%%, boot+2.5s or event:N. Default: power-on.")
    private String from = "0";

    @Option(names = "--to", paramLabel = "POSITION", description = "Stop there. Default: end.")
    private String to = "end";

    @Mixin
    private KernelSymbolFile.Choice symbols;

    @Mixin
    private ReplaySettings settings;

    @Mixin
    private OutputFormat.Choice format;

    LeaksCommand(Context context) {
        this.screen = context.screen();
    }

    @Override
    public Integer call() {
        if (kernel && pid.isPresent()) {
            throw new UserMistake("--kernel and --pid ask for different heaps: give one of them");
        }
        ReplayTarget start = ReplayTarget.parse(from);
        ReplayTarget stop = ReplayTarget.parse(to);
        try (TraceLook look = TraceLook.open(screen, trace, settings)) {
            look.requireInOrder(List.of(start, stop));
            look.use(symbols);
            look.seek(start);
            Position begun = look.position();
            Leaks leaks = kernel ? new KernelLeaks(uses) : new HeapLeaks(uses);
            List<String> notes = look.watch(List.of(leaks), stop, leaks, () -> false);
            var damage = DamageReport.of(look.kernel().damage());
            IntPredicate wanted = each -> pid.isEmpty() || pid.get() == each;
            LeaksFacts facts =
                    LeaksFacts.of(look.trace().toString(), begun, look.position(), leaks, wanted, notes, damage);
            print(facts, notes, damage);
            return facts.misuses().isEmpty() ? damage.exitCode() : ExitCode.DIFFERS;
        }
    }

    private void print(LeaksFacts facts, List<String> notes, DamageReport damage) {
        if (format.isJson()) {
            screen.out().println(GuestText.inJson(Json.of("leaks", LeaksFacts.SCHEMA_VERSION, facts), false));
            return;
        }
        new LeaksReport(screen, facts).print();
        notes.forEach(note -> screen.err().println("not watched: " + GuestText.printable(note)));
        damage.tell(screen, "leaks");
    }
}

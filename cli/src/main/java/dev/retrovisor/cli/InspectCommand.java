package dev.retrovisor.cli;

import dev.retrovisor.introspect.inspect.Inspection;
import dev.retrovisor.introspect.inspect.Inspections;
import dev.retrovisor.replayer.ReplayTarget;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Looks into the guest at a position. */
@Command(
        name = "inspect",
        description = {
            "Look into a guest's Linux at a position of its trace: processes, files, memory, IPC, and more.",
            "Nothing but the trace is needed. Without NAME, the inspections are listed.",
            "Exit code 0: answered; 4: answered, and something in the guest's memory was broken;",
            "3: no Linux there, or one that can't be asked this."
        },
        customSynopsis = "retrovisor inspect TRACE NAME... [--at POSITION]... [OPTIONS]",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "@|bold Examples|@",
            "  retrovisor inspect                                    what can be asked",
            "  retrovisor inspect debian.trace pslist",
            "  retrovisor inspect debian.trace pslist lsof --at boot+2.5s",
            "  retrovisor inspect debian.trace maps --pid 1 --format json | jq .answers[0].rows"
        })
final class InspectCommand implements Callable<Integer> {
    private final Screen screen;
    private final InspectionList inspections = new InspectionList(Inspections.all());

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "TRACE",
            description = "A trace: a folder that 'record' made.")
    private Optional<Path> trace = Optional.empty();

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "NAME",
            completionCandidates = Names.class,
            description = "What to ask; several are asked at the same position.")
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--at",
            paramLabel = "POSITION",
            description = "Where to look: a step (12_000_000, 250M), end, 50%%, boot+2.5s of virtual time, or event:N."
                    + " May be repeated, in order. Default: end.")
    private List<String> positions = new ArrayList<>();

    @Option(
            names = "--pid",
            paramLabel = "N",
            converter = Values.Pid.class,
            description = "Only of this process, by its number in the initial namespace.")
    private Optional<Integer> pid = Optional.empty();

    @Option(
            names = "--address",
            paramLabel = "ADDRESS",
            converter = GuestAddress.Converter.class,
            description = "The address that is asked about: 0xffffffff80001234, or a symbol of the kernel's:"
                    + " init_task+0x40. With --pid, one of that process.")
    private Optional<GuestAddress> address = Optional.empty();

    @Option(names = "--list", description = "List the inspections.")
    private boolean list;

    @Mixin
    private KernelSymbolFile.Choice symbols;

    @Mixin
    private ReplaySettings settings;

    @Mixin
    private RowFormat.Choice format;

    InspectCommand(Context context) {
        this.screen = context.screen();
    }

    static final class Names extends Words {
        Names() {
            super(Inspections.all().stream().map(Inspection::name).toArray(String[]::new));
        }
    }

    @Override
    public Integer call() {
        if (list || names.isEmpty() && !isMistakenForTrace()) {
            trace.ifPresent(InputFiles::requireTrace);
            inspections.print(screen, format.isTable());
            return ExitCode.GOOD;
        }
        if (isMistakenForTrace()) {
            throw new UserMistake("'%s' stands where the trace is expected: write retrovisor inspect TRACE %s"
                    .formatted(trace.get(), trace.get()));
        }
        Questions questions = Questions.of(names, pid, address, "--address");
        questions.requirePrintable(format.format);
        List<ReplayTarget> targets = positions.isEmpty()
                ? List.of(ReplayTarget.END)
                : positions.stream().map(ReplayTarget::parse).toList();
        var printer = new AnswerPrinter(Sheet.ofOutput(screen), format.format, questions.areSeveral());
        var problems = new Problems();
        try (TraceLook look = TraceLook.open(screen, trace.orElseThrow(), settings)) {
            look.use(symbols);
            look.requireInOrder(targets);
            for (ReplayTarget target : targets) {
                look.seek(target);
                for (Inspection<?> inspection : questions.asked()) {
                    ask(look, questions, inspection, printer, problems);
                }
            }
            printer.end(look.trace().toString());
            look.tellStatistics(settings.engine());
        }
        return problems.exitCode();
    }

    /** A name without a trace, as in {@code retrovisor inspect pslist}. */
    private boolean isMistakenForTrace() {
        return trace.isPresent()
                && inspections.names().contains(trace.get().toString())
                && !trace.get().toFile().exists();
    }

    private void ask(
            TraceLook look, Questions questions, Inspection<?> inspection, AnswerPrinter printer, Problems problems) {
        Answer answer;
        try {
            answer = questions.ask(inspection, look.startedKernel(), look.position(), look::kernelImage);
        } catch (Unanswerable e) {
            problems.first(e);
            return;
        }
        printer.print(answer);
        answer.damage().tell(screen, inspection.name());
        problems.add(answer.damage());
        if (answer.rows().isEmpty() && pid.isPresent() && !settings.quiet()) {
            screen.err()
                    .println(
                            "%s: nothing of process %d at this position: 'retrovisor inspect %s pslist' lists processes"
                                    .formatted(
                                            inspection.name(),
                                            pid.get(),
                                            Quoted.of(look.trace().toString())));
        }
    }

    /** What was not as it should be in several answers. */
    private static final class Problems {
        private Unanswerable first;
        private boolean damaged;

        void first(Unanswerable problem) {
            first = first == null ? problem : first;
        }

        void add(DamageReport damage) {
            damaged |= !damage.isNone();
        }

        /** @throws Unanswerable the first, when all others are answered */
        int exitCode() {
            if (first != null) {
                throw first;
            }
            return damaged ? ExitCode.DAMAGED : ExitCode.GOOD;
        }
    }
}

package dev.retrovisor.cli;

import dev.retrovisor.introspect.export.MachineDump;
import dev.retrovisor.introspect.export.ProcessCore;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.kernel.MachineView;
import dev.retrovisor.introspect.linux.Task;
import dev.retrovisor.introspect.linux.Tasks;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.replayer.ReplayTarget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes the memory of a process or of the machine to a file. */
@Command(
        name = "dump",
        description = {
            "Write the memory of one process, or of the whole machine, as it is at a position of a trace.",
            "A process's core is for gdb, the machine's for gdb and Volatility 3; zeros take no room on the disk.",
            "Exit code 0: written; 4: written, and something in the guest's memory was broken; 3: no Linux there."
        },
        customSynopsis = "retrovisor dump TRACE (--pid N | --machine [--lime]) -o FILE [--at POSITION] [OPTIONS]",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "@|bold Examples|@",
            "  retrovisor dump debian.trace --pid 127 --at boot+2.5s -o core     then: gdb-multiarch PROGRAM core",
            "  retrovisor dump debian.trace --machine -o vmcore",
            "  retrovisor dump debian.trace --machine --lime -o memory.lime"
        })
final class DumpCommand implements Callable<Integer> {
    private final Screen screen;

    @Parameters(paramLabel = "TRACE", description = "A trace: a folder that 'record' made.")
    private Path trace;

    @ArgGroup(multiplicity = "1")
    private What what;

    /** What is written. */
    static final class What {
        @Option(
                names = "--pid",
                paramLabel = "N",
                converter = Values.Pid.class,
                description = "One process, by its number in the initial namespace, as an ELF core.")
        private Optional<Integer> pid = Optional.empty();

        @Option(names = "--machine", description = "All memory, as an ELF core like those of Linux's kdump.")
        private boolean machine;
    }

    @Option(names = "--lime", description = "With --machine: in LiME's format, which needs no Linux.")
    private boolean lime;

    @Option(
            names = "--at",
            paramLabel = "POSITION",
            description = "Where: a step (12_000_000, 250M), end, 50%%, boot+2.5s of virtual time, or event:N."
                    + " Default: end.")
    private String at = "end";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            required = true,
            description = "The file to write; one that exists is replaced.")
    private Path output;

    @Mixin
    private KernelSymbolFile.Choice symbols;

    @Mixin
    private ReplaySettings settings;

    DumpCommand(Context context) {
        this.screen = context.screen();
    }

    @Override
    public Integer call() {
        if (lime && !what.machine) {
            throw new UserMistake("--lime: a format for the whole machine: give --machine instead of --pid");
        }
        OutputFiles.requireFile(output, "--output");
        ReplayTarget target = ReplayTarget.parse(at);
        try (TraceLook look = TraceLook.open(screen, trace, settings)) {
            look.use(symbols);
            look.seek(target);
            int exitCode = write(look);
            if (!settings.quiet()) {
                screen.out().println("%s: %s at %s".formatted(output, content(), Positions.words(look.position())));
            }
            return exitCode;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String content() {
        return what.pid
                .map(pid -> "process " + pid)
                .orElse(lime ? "all memory, in LiME's format" : "all memory, as an ELF core");
    }

    private int write(TraceLook look) throws IOException {
        if (lime) {
            MachineDump.writeLime(MachineView.of(look.replay().machine()).memory(), output);
            return ExitCode.GOOD;
        }
        KernelView kernel = look.startedKernel();
        if (what.pid.isPresent()) {
            Unanswerable.guard("dump", kernel, () -> writeProcess(kernel, what.pid.get()));
        } else {
            MachineDump.writeCore(kernel, output);
        }
        var damage = DamageReport.of(kernel.damage());
        damage.tell(screen, "dump");
        return damage.exitCode();
    }

    private void writeProcess(KernelView kernel, int pid) {
        Task task = new Tasks(kernel)
                .withPid(pid)
                .orElseThrow(() -> new UserMistake(
                        "there is no process %d at this position: 'retrovisor inspect %s pslist --at %s' lists them"
                                .formatted(pid, Quoted.of(trace.toString()), at)));
        try {
            if (!ProcessCore.write(task, output)) {
                throw new UserMistake("process %d has no memory of its own: it is a thread of the kernel, or has ended"
                        .formatted(pid));
            }
        } catch (MemoryFault e) {
            throw new UserMistake("process %d can't be read: %s".formatted(pid, e.getMessage()), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

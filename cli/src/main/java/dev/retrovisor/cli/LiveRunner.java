package dev.retrovisor.cli;

import dev.retrovisor.recorder.HostConsole;
import dev.retrovisor.recorder.HostSignals;
import dev.retrovisor.recorder.LiveMachine;
import dev.retrovisor.recorder.MachineObserver;
import dev.retrovisor.recorder.RunOptions;
import dev.retrovisor.recorder.RunResult;
import dev.retrovisor.recorder.StopCause;
import dev.retrovisor.recorder.StreamConsole;
import dev.retrovisor.recorder.TerminalConsole;
import dev.retrovisor.recorder.VmSetup;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Runs a live machine with the user's console and until the user's signals. */
final class LiveRunner {
    private static final int SIGINT_EXIT = 130;
    private static final int SIGTERM_EXIT = 143;
    private static final int SIGHUP_EXIT = 129;

    private final Screen screen;

    LiveRunner(Screen screen) {
        this.screen = screen;
    }

    /** @param keepOutputForFacts whether standard output is for JSON: the guest's console then goes to standard error */
    RunResult run(
            VmSetup setup,
            VmOptions options,
            RunOptions runOptions,
            boolean keepOutputForFacts,
            MachineObserver observer) {
        if (options.serial instanceof Values.Serial.ToFile(Path file)) {
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
                return run(setup, runOptions, new StreamConsole(InputStream.nullInputStream(), out, false), observer);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return run(setup, runOptions, console(options.serial, keepOutputForFacts), observer);
    }

    /** Runs to the end; SIGINT, SIGTERM and SIGHUP end the run in order. */
    RunResult run(VmSetup setup, RunOptions options, HostConsole console, MachineObserver observer) {
        var machine = new LiveMachine(setup, options, console, notice -> EngineOptions.tell(screen, notice), observer);
        try (var _ = HostSignals.whileOpen(name -> machine.stop(StopCause.SIGNAL, name))) {
            return machine.run();
        }
    }

    HostConsole console(Values.Serial serial, boolean keepOutputForFacts) {
        if (serial instanceof Values.Serial.Nothing) {
            return new StreamConsole(InputStream.nullInputStream(), OutputStream.nullOutputStream(), false);
        }
        if (screen.inputIsTerminal()) {
            return new TerminalConsole();
        }
        screen.flush();
        FileDescriptor shown = keepOutputForFacts ? FileDescriptor.err : FileDescriptor.out;
        boolean isTerminal = keepOutputForFacts ? screen.errorIsTerminal() : screen.outputIsTerminal();
        // Not closed: the descriptors belong to the process.
        @SuppressWarnings("resource")
        var out = new BufferedOutputStream(new FileOutputStream(shown));
        return new StreamConsole(System.in, out, isTerminal);
    }

    /** What a run's end means for the process. */
    static int exitCode(RunResult result) {
        return switch (result.cause()) {
            case SIGNAL ->
                switch (result.detail()) {
                    case "SIGTERM" -> SIGTERM_EXIT;
                    case "SIGHUP" -> SIGHUP_EXIT;
                    default -> SIGINT_EXIT;
                };
            case TRACE_FULL, HOST_FAILED -> ExitCode.USER_MISTAKE;
            case POWER_OFF,
                    POWER_OFF_FAILED,
                    RESET,
                    LEFT,
                    REQUESTED,
                    OUTPUT_CLOSED,
                    NOTHING_TO_WAIT_FOR,
                    INPUT_ENDED,
                    STEP_LIMIT,
                    MOMENT_REACHED,
                    TIMEOUT -> ExitCode.GOOD;
        };
    }
}

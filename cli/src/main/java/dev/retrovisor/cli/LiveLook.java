package dev.retrovisor.cli;

import dev.retrovisor.recorder.MachineObserver;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/** Who tells the user about a guest while it runs live. */
interface LiveLook extends MachineObserver, AutoCloseable {
    /**
     * What the process's exit code is after a run that was good.
     *
     * @throws RuntimeException what kept something from being told
     */
    int exitCode();

    @Override
    void close();

    /**
     * Runs a guest with those that the user asked for, which are closed behind it.
     *
     * @param run returns an exit code
     * @return that, or if it is good the highest of theirs
     */
    static int whileRunning(
            Screen screen,
            String guest,
            Supplier<byte[]> kernelImage,
            EventOptions events,
            LiveInspectOptions inspections,
            ToIntFunction<List<LiveLook>> run) {
        try (LiveLook told = events.open(screen, guest).orElse(null);
                LiveLook asked = inspections.open(screen, guest, kernelImage).orElse(null)) {
            List<LiveLook> looks =
                    Stream.of(told, asked).filter(Objects::nonNull).toList();
            int exitCode = run.applyAsInt(looks);
            return exitCode == ExitCode.GOOD
                    ? looks.stream().mapToInt(LiveLook::exitCode).max().orElse(ExitCode.GOOD)
                    : exitCode;
        }
    }
}

package dev.retrovisor.recorder;

import dev.retrovisor.machine.EngineChoice;
import dev.retrovisor.traces.CheckpointPolicy;
import dev.retrovisor.traces.disk.ImageHashes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How a machine is run.
 *
 * @param trace the folder to record to, which must not exist or be empty; empty: nothing is recorded
 * @param product what stands in the trace as the maker of it: {@code retrovisor 0.1.0}
 * @param maxSteps the run ends when the machine has made so many steps
 * @param timeout the run ends after so much time on the wall clock
 * @param noReboot whether a restart that the guest asks for ends the run
 * @param pacing what becomes of idle time
 * @param quietLimit virtual time for which a guest may wait for input that can't come any more; see the package
 * @param engine what the machine runs on, if the host can have it; never shows in the trace
 * @param checkpoints how a trace gets checkpoints while it is recorded; empty: it gets none
 * @param imageHashes where the hashes of boot and disk images are remembered
 */
public record RunOptions(
        Optional<Path> trace,
        String product,
        long maxSteps,
        Optional<Duration> timeout,
        boolean noReboot,
        Pacing pacing,
        Duration quietLimit,
        EngineChoice engine,
        Optional<CheckpointPolicy> checkpoints,
        ImageHashes imageHashes) {

    /** What becomes of time in which every hart waits. */
    public enum Pacing {
        /** Paced while something can come in, else fast: see the package. */
        AUTO,
        /** Virtual time does not run ahead of the wall clock. */
        PACED,
        /** Idle time is skipped at once. */
        FAST
    }

    /** Steps without a limit. */
    public static final long UNLIMITED_STEPS = Long.MAX_VALUE;

    public RunOptions {
        if (maxSteps < 0) {
            throw new IllegalArgumentException("limit of %d steps: must not be negative".formatted(maxSteps));
        }
    }

    /** A run without limits that is not recorded. */
    public static RunOptions unrecorded(String product) {
        return new RunOptions(
                Optional.empty(),
                product,
                UNLIMITED_STEPS,
                Optional.empty(),
                false,
                Pacing.AUTO,
                Duration.ofHours(1),
                EngineChoice.TRANSLATOR,
                Optional.of(CheckpointPolicy.recording()),
                ImageHashes.inUserCache());
    }

    /** The same, recorded to a folder. */
    public RunOptions recordedTo(Path folder) {
        return new RunOptions(
                Optional.of(folder),
                product,
                maxSteps,
                timeout,
                noReboot,
                pacing,
                quietLimit,
                engine,
                checkpoints,
                imageHashes);
    }

    public RunOptions withMaxSteps(long steps) {
        return new RunOptions(
                trace, product, steps, timeout, noReboot, pacing, quietLimit, engine, checkpoints, imageHashes);
    }

    public RunOptions withTimeout(Duration limit) {
        return new RunOptions(
                trace,
                product,
                maxSteps,
                Optional.of(limit),
                noReboot,
                pacing,
                quietLimit,
                engine,
                checkpoints,
                imageHashes);
    }

    public RunOptions withNoReboot(boolean ends) {
        return new RunOptions(
                trace, product, maxSteps, timeout, ends, pacing, quietLimit, engine, checkpoints, imageHashes);
    }

    public RunOptions withPacing(Pacing newPacing) {
        return new RunOptions(
                trace, product, maxSteps, timeout, noReboot, newPacing, quietLimit, engine, checkpoints, imageHashes);
    }

    public RunOptions withQuietLimit(Duration virtualTime) {
        return new RunOptions(
                trace, product, maxSteps, timeout, noReboot, pacing, virtualTime, engine, checkpoints, imageHashes);
    }

    public RunOptions withEngine(EngineChoice choice) {
        return new RunOptions(
                trace, product, maxSteps, timeout, noReboot, pacing, quietLimit, choice, checkpoints, imageHashes);
    }

    public RunOptions withCheckpoints(Optional<CheckpointPolicy> policy) {
        return new RunOptions(
                trace, product, maxSteps, timeout, noReboot, pacing, quietLimit, engine, policy, imageHashes);
    }
}

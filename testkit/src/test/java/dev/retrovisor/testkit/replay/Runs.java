package dev.retrovisor.testkit.replay;

import dev.retrovisor.machine.EngineChoice;
import dev.retrovisor.recorder.LiveMachine;
import dev.retrovisor.recorder.MemoryConsole;
import dev.retrovisor.recorder.RunOptions;
import dev.retrovisor.recorder.RunResult;
import dev.retrovisor.recorder.VmSetup;
import dev.retrovisor.replayer.Replay;
import dev.retrovisor.replayer.ReplayListener;
import dev.retrovisor.replayer.ReplayOptions;
import dev.retrovisor.replayer.ReplayResult;
import dev.retrovisor.replayer.ReplayTarget;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;

/** Recording and replaying in one line each. */
final class Runs {
    /** Bounds a run that went wrong; none comes near it. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private Runs() {}

    static RunOptions options(Path trace) {
        return RunOptions.unrecorded("retrovisor test").recordedTo(trace).withTimeout(PATIENCE);
    }

    static RunResult record(VmSetup setup, Path trace, String input) {
        return new LiveMachine(setup, options(trace), MemoryConsole.of(input)).run();
    }

    /** Records while a thread types at random moments, in random pieces, and then {@code q} until the machine is off. */
    static RunResult recordTyping(VmSetup setup, Path trace, EngineChoice engine, long seed, MemoryConsole console) {
        Thread typist = Thread.ofVirtual().start(() -> type(console, new Random(seed)));
        try {
            return new LiveMachine(setup, options(trace).withEngine(engine), console).run();
        } finally {
            typist.interrupt();
        }
    }

    private static void type(MemoryConsole console, Random random) {
        try {
            for (int i = random.nextInt(8); i > 0; i--) {
                Thread.sleep(0, random.nextInt(999_999));
                var piece = new byte[random.nextInt(1, 20)];
                for (int j = 0; j < piece.length; j++) {
                    piece[j] = (byte) (random.nextInt(40) == 0 ? 'r' : random.nextInt('a', 'q'));
                }
                console.type(piece);
            }
            // A restart loses what waits in the serial line, as on a real machine.
            while (true) {
                console.type("q".getBytes(StandardCharsets.US_ASCII));
                Thread.sleep(5);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    static ReplayResult replay(Path trace) {
        return replay(trace, EngineChoice.TRANSLATOR, new ByteArrayOutputStream());
    }

    static ReplayResult replay(Path trace, EngineChoice engine, ByteArrayOutputStream output) {
        try (Replay replay = Replay.open(trace, ReplayOptions.standard().withEngine(engine))) {
            return replay.run(ReplayTarget.END, new ReplayListener() {
                @Override
                public void consoleOutput(int console, byte[] bytes) {
                    output.writeBytes(bytes);
                }
            });
        }
    }
}

package dev.retrovisor.testkit.replay;

import dev.retrovisor.recorder.LiveMachine;
import dev.retrovisor.recorder.MemoryConsole;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Records for a second a guest at whose console somebody types, and which restarts now and then. */
final class FollowedRecorder {
    private static final int WORDS_TYPED = 50;

    private FollowedRecorder() {}

    /** Arguments: the trace, and the number of harts. */
    public static void main(String[] arguments) {
        var console = new MemoryConsole();
        Thread.ofVirtual().start(() -> type(console));
        int harts = Integer.parseInt(arguments[1]);
        new LiveMachine(EchoGuest.setup(harts), Runs.options(Path.of(arguments[0])), console).run();
    }

    private static void type(MemoryConsole console) {
        try {
            for (int i = 1; ; i++) {
                String word = i > WORDS_TYPED ? "q" : i % 10 == 0 ? "again: r" : "and on it goes ";
                console.type(word.getBytes(StandardCharsets.US_ASCII));
                Thread.sleep(20);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}

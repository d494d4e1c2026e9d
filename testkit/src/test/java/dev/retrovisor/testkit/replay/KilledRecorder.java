package dev.retrovisor.testkit.replay;

import dev.retrovisor.recorder.LiveMachine;
import dev.retrovisor.recorder.MemoryConsole;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Records for ever, for a test that kills it. */
final class KilledRecorder {
    private KilledRecorder() {}

    public static void main(String[] arguments) {
        var console = new MemoryConsole();
        Thread.ofVirtual().start(() -> {
            while (true) {
                console.type("some words ".getBytes(StandardCharsets.US_ASCII));
            }
        });
        new LiveMachine(EchoGuest.setup(2), Runs.options(Path.of(arguments[0])), console).run();
    }
}

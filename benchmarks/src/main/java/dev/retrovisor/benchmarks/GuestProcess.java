package dev.retrovisor.benchmarks;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A process that boots a guest and ends with it, watched from outside. */
final class GuestProcess {
    private static final int KEPT_LINES = 20;

    private final List<String> command;
    private final List<Sample> samples = new ArrayList<>();
    private final Deque<String> lastLines = new ArrayDeque<>();

    private GuestProcess(List<String> command) {
        this.command = command;
    }

    /** Runs a guest to its end. */
    static List<Sample> run(List<String> command) throws IOException, InterruptedException {
        return new GuestProcess(command).run();
    }

    private List<Sample> run() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectErrorStream(true)
                .start();
        var killed = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(killed);
        var markers = new Markers(new HostProcess(process.pid()), samples::add, this::keep);
        try (InputStream console = process.getInputStream()) {
            var bytes = new byte[4096];
            for (int length = console.read(bytes); length >= 0; length = console.read(bytes)) {
                markers.accept(bytes, length);
            }
        }
        int exitCode = process.waitFor();
        Runtime.getRuntime().removeShutdownHook(killed);
        if (exitCode != 0 || samples.isEmpty()) {
            throw new IOException("%s ended with exit code %d and %d samples; its last lines:%n  %s"
                    .formatted(command.getFirst(), exitCode, samples.size(), String.join("\n  ", lastLines)));
        }
        return samples;
    }

    private void keep(String line) {
        lastLines.addLast(line);
        if (lastLines.size() > KEPT_LINES) {
            lastLines.removeFirst();
        }
    }
}

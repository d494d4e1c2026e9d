package dev.retrovisor.recorder;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The terminal's mode, by the host's {@code stty}: every key goes to the guest, output stays as it is. Put back on
 * {@link #close}, and when the JVM ends in any other orderly way.
 */
final class TerminalMode implements AutoCloseable {
    private static final List<String> RAW = List.of(
            "-icanon", "-echo", "-isig", "-iexten", "-icrnl", "-inlcr", "-igncr", "-ixon", "-istrip", "-brkint", "min",
            "1", "time", "0");
    private static final int PATIENCE_SECONDS = 5;

    /** Size in character cells. */
    record Size(int columns, int rows) {}

    private final String saved;
    private final Thread atExit = new Thread(this::restore, "terminal-restore");
    private boolean restored;

    private TerminalMode(String saved) {
        this.saved = saved;
    }

    /** Makes the terminal raw. */
    static TerminalMode raw() throws IOException {
        var mode = new TerminalMode(stty(List.of("-g")));
        Runtime.getRuntime().addShutdownHook(mode.atExit);
        stty(RAW);
        return mode;
    }

    /** The terminal's size, or null if it does not say. */
    static Size size() {
        try {
            String[] words = stty(List.of("size")).split(" ");
            return new Size(Integer.parseInt(words[1]), Integer.parseInt(words[0]));
        } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException _) {
            return null;
        }
    }

    @Override
    public void close() {
        restore();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException _) {
            // The JVM is ending and runs it: the mode is back already.
        }
    }

    private synchronized void restore() {
        if (restored) {
            return;
        }
        restored = true;
        try {
            stty(List.of(saved));
        } catch (IOException _) {
            // The terminal has gone away: there is nothing to put back.
        }
    }

    private static String stty(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("stty"));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .redirectInput(new File("/dev/tty"))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException("stty can't set the terminal: is it one?");
            }
            return output;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while stty ran", e);
        }
    }
}

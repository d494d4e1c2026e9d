package dev.retrovisor.cli;

import dev.retrovisor.recorder.HostConsole;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A console on which nobody types: what programs in the guest say is shown line by line, of the kernel's many messages
 * only the latest, in place, and of its many threads in a list of processes only the first.
 */
final class DemoConsole implements HostConsole {
    private static final long REDRAW_NANOS = 100_000_000;
    private static final String ERASE_LINE = "\r\u001b[K";
    private static final Pattern KERNEL_LINE = Pattern.compile("\\[ *[0-9]+\\.[0-9]+].*");

    private static final Pattern KERNEL_THREAD = Pattern.compile("\\s*[0-9]+\\s+[0-9]+\\s+\\S+\\s+0 \\[.*]");
    private static final int KERNEL_THREADS_SHOWN = 4;

    private final Screen screen;
    private final boolean shown;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final List<String> programLines = new ArrayList<>();
    private long startNanos;
    private long firstProgramNanos;
    private long drawnNanos;
    private String latest = "the kernel starts, and has not found its console yet";
    private int kernelThreads;
    private int unshown;
    private boolean statusShown;

    DemoConsole(Screen screen, boolean shown) {
        this.screen = screen;
        this.shown = shown;
    }

    /** What was not the kernel's, in lines. */
    List<String> programLines() {
        return List.copyOf(programLines);
    }

    /** Wall-clock time from power-on to the first line of a program; 0 if there was none. */
    long bootNanos() {
        return firstProgramNanos;
    }

    @Override
    public void start(Listener listener) {
        startNanos = System.nanoTime();
    }

    @Override
    public int available() {
        return 0;
    }

    @Override
    public byte[] read(int maxBytes) {
        return new byte[0];
    }

    @Override
    public boolean inputEnded() {
        return true;
    }

    @Override
    public void write(byte[] bytes) {
        for (byte value : bytes) {
            if (value == '\n') {
                take(line.toString(StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}", ""));
                line.reset();
            } else {
                line.write(value);
            }
        }
    }

    private void take(String text) {
        if (KERNEL_LINE.matcher(text).matches()) {
            latest = text;
            return;
        }
        if (programLines.isEmpty()) {
            if (text.isEmpty()) {
                return;
            }
            firstProgramNanos = System.nanoTime() - startNanos;
        }
        programLines.add(text);
        boolean kernelThread = KERNEL_THREAD.matcher(text).matches();
        kernelThreads = kernelThread ? kernelThreads + 1 : 0;
        if (kernelThread && kernelThreads > KERNEL_THREADS_SHOWN) {
            unshown++;
            return;
        }
        if (unshown > 0) {
            show("  ... and %d more threads of the kernel".formatted(unshown));
            unshown = 0;
        }
        show(text);
    }

    private void show(String text) {
        if (shown) {
            eraseStatus();
            screen.out().println("  " + screen.dim("|") + " " + text);
        }
    }

    /** The wall clock and the kernel's latest line. */
    private void showStatus() {
        if (!shown || !screen.errorIsTerminal() || System.nanoTime() - drawnNanos < REDRAW_NANOS) {
            return;
        }
        drawnNanos = System.nanoTime();
        String seconds = Text.decimal((drawnNanos - startNanos) / 1e9, 1) + " s  ";
        int room = Math.max(1, screen.columns() - 5);
        String text = seconds + latest;
        screen.out().flush();
        screen.err()
                .print(ERASE_LINE + "    " + screen.dimOnError(text.length() > room ? text.substring(0, room) : text));
        screen.err().flush();
        statusShown = true;
    }

    private void eraseStatus() {
        if (statusShown) {
            screen.err().print(ERASE_LINE);
            screen.err().flush();
            statusShown = false;
        }
    }

    @Override
    public void flush() {
        showStatus();
        screen.out().flush();
    }

    @Override
    public void close() {
        eraseStatus();
    }
}

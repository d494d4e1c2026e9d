package dev.retrovisor.recorder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.EnumSet;
import org.jline.terminal.Attributes;
import org.jline.terminal.Attributes.InputFlag;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.terminal.TerminalBuilder.SystemOutput;
import org.jline.utils.InfoCmp;
import org.jline.utils.NonBlockingInputStream;
import org.jline.utils.Signals;

/**
 * The terminal on standard input, raw: every key goes to the guest, output stays as it is. JLine puts its attributes
 * back on {@link #close}, and in a hook of its own when the JVM ends in any other orderly way.
 */
final class TerminalMode implements AutoCloseable {
    /** Read, as JLine says it, when nothing was typed in time. */
    static final int NOTHING_TYPED = NonBlockingInputStream.READ_EXPIRED;

    private static final String TYPE = "ansi";
    private static final String RESIZE_SIGNAL = "WINCH";

    /** Size in character cells. */
    record Size(int columns, int rows) {}

    private final Terminal terminal;
    private final NonBlockingInputStream input;
    private Object resizeBefore;

    private TerminalMode(Terminal terminal) {
        this.terminal = terminal;
        this.input = (NonBlockingInputStream) terminal.input();
    }

    /** Makes the terminal raw. */
    static TerminalMode raw() throws IOException {
        var mode = new TerminalMode(open());
        try {
            mode.terminal.enterRawMode();
            Attributes attributes = mode.terminal.getAttributes();
            // What JLine's raw mode leaves and would change or drop a byte on its way to the guest.
            attributes.setInputFlags(EnumSet.of(InputFlag.IGNCR, InputFlag.ISTRIP, InputFlag.BRKINT), false);
            mode.terminal.setAttributes(attributes);
            return mode;
        } catch (RuntimeException e) {
            mode.close();
            throw new IOException("its mode can't be set: " + e.getMessage(), e);
        }
    }

    private static Terminal open() throws IOException {
        try {
            return build(SystemOutput.SysOutOrSysErr);
        } catch (IllegalStateException _) {
            // Both outputs go elsewhere; JLine wants to be told that this is meant.
        }
        try {
            return build(SystemOutput.ForcedSysOut);
        } catch (IllegalStateException e) {
            throw new IOException("standard input is no terminal that can be controlled", e);
        }
    }

    private static Terminal build(SystemOutput output) throws IOException {
        // We ask for no capability. JLine would run infocmp for any name whose capabilities it has not been given.
        InfoCmp.setLoadedInfoCmp(TYPE, "");
        return TerminalBuilder.builder()
                .system(true)
                .systemOutput(output)
                // By the JDK's own foreign functions: JNI would unpack a library first, and stty is a process a call.
                .ffm(true)
                .jni(false)
                .exec(false)
                .dumb(false)
                .type(TYPE)
                // Its probe would type a question into the guest's screen.
                .graphemeCluster(false)
                // JLine would take SIGINT and the others from HostSignals, which ends the run in order.
                .nativeSignals(false)
                .build();
    }

    /** The terminal's size, or null if it does not say. */
    Size size() {
        try {
            var size = terminal.getSize();
            return size.getColumns() > 0 && size.getRows() > 0 ? new Size(size.getColumns(), size.getRows()) : null;
        } catch (UncheckedIOException _) {
            return null;
        }
    }

    /** Calls {@code action} whenever the size changes, until this is closed. */
    void onResize(Runnable action) {
        resizeBefore = Signals.register(RESIZE_SIGNAL, action);
    }

    /**
     * Reads what is typed, waiting at most so long for the first byte.
     *
     * @return the number of bytes, {@link #NOTHING_TYPED}, or -1 at the end
     */
    int read(byte[] buffer, long timeoutMillis) throws IOException {
        return input.readBuffered(buffer, 0, buffer.length, timeoutMillis);
    }

    @Override
    public void close() {
        if (resizeBefore != null) {
            Signals.unregister(RESIZE_SIGNAL, resizeBefore);
            resizeBefore = null;
        }
        try {
            terminal.close();
        } catch (IOException | UncheckedIOException _) {
            // The terminal has gone away: there is nothing to put back.
        }
    }
}

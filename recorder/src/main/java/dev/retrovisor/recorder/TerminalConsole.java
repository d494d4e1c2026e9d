package dev.retrovisor.recorder;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * A person's terminal on standard input: in raw mode while the machine runs, so that each key goes to the guest, with
 * the keys of {@code ^A h} for ourselves. Standard output may be a terminal or not.
 */
public final class TerminalConsole implements HostConsole {
    private static final int TYPE_AHEAD_BYTES = 64 * 1024;

    /** How long the reading thread may outlive the console. */
    private static final long READ_TIMEOUT_MILLIS = 1000;

    private final InputQueue queue = new InputQueue(TYPE_AHEAD_BYTES);
    private final EscapeKeys keys = new EscapeKeys();
    private final OutputStream out = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out));
    private TerminalMode mode;
    private volatile boolean closed;

    @Override
    public void start(Listener listener) throws IOException {
        mode = TerminalMode.raw();
        tellSize(listener);
        mode.onResize(() -> tellSize(listener));
        Thread.ofPlatform().daemon().name("terminal-input").start(() -> readAll(listener));
    }

    private void tellSize(Listener listener) {
        TerminalMode.Size size = mode.size();
        if (size != null) {
            listener.resized(size.columns(), size.rows());
        }
    }

    private void readAll(Listener listener) {
        var buffer = new byte[1024];
        try {
            while (!closed) {
                int count = mode.read(buffer, READ_TIMEOUT_MILLIS);
                if (count == TerminalMode.NOTHING_TYPED) {
                    continue;
                }
                if (count < 0) {
                    break;
                }
                take(buffer, count, listener);
            }
        } catch (IOException _) {
            // The terminal is gone: its end, for the guest.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        queue.end();
        listener.inputArrived();
    }

    private void take(byte[] buffer, int count, Listener listener) throws InterruptedException {
        byte[] typed = keys.filter(buffer, count);
        queue.put(typed, 0, typed.length);
        if (keys.takeHelp()) {
            showHelp();
        }
        if (keys.takeLeave()) {
            listener.leave();
        }
        listener.inputArrived();
    }

    private static void showHelp() {
        System.err.print(EscapeKeys.HELP);
        System.err.flush();
    }

    @Override
    public int available() {
        return queue.size();
    }

    @Override
    public byte[] read(int maxBytes) {
        return queue.take(maxBytes);
    }

    @Override
    public boolean inputEnded() {
        return queue.ended();
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() {
        closed = true;
        if (mode != null) {
            mode.close();
        }
    }
}

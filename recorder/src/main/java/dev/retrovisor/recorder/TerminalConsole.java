package dev.retrovisor.recorder;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * A person's terminal on standard input: in raw mode while the machine runs, so that each key goes to the guest, with
 * the keys of {@code ^A h} for ourselves. Standard output may be a terminal or not.
 */
public final class TerminalConsole implements HostConsole {
    private static final int TYPE_AHEAD_BYTES = 64 * 1024;

    private final InputQueue queue = new InputQueue(TYPE_AHEAD_BYTES);
    private final EscapeKeys keys = new EscapeKeys();
    private final OutputStream out = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out));
    private TerminalMode mode;

    @Override
    public void start(Listener listener) throws IOException {
        mode = TerminalMode.raw();
        tellSize(listener);
        HostSignals.onResize(() -> tellSize(listener));
        Thread.ofPlatform().daemon().name("terminal-input").start(() -> readAll(listener));
    }

    private static void tellSize(Listener listener) {
        TerminalMode.Size size = TerminalMode.size();
        if (size != null) {
            listener.resized(size.columns(), size.rows());
        }
    }

    // The stream is standard input, which is not ours to close.
    @SuppressWarnings("resource")
    private void readAll(Listener listener) {
        var in = new FileInputStream(FileDescriptor.in);
        var buffer = new byte[1024];
        try {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
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
        } catch (IOException _) {
            // The terminal is gone: its end, for the guest.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        queue.end();
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
        if (mode != null) {
            mode.close();
        }
    }
}

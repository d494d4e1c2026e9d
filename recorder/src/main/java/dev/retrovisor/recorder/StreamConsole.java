package dev.retrovisor.recorder;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;

/**
 * A console over plain streams: standard input that is no terminal, a pipe or a file, whose end is no error. A thread
 * reads ahead a little; it stays behind, waiting on the stream, when the console is closed.
 */
public final class StreamConsole implements HostConsole {
    private static final int READ_AHEAD_BYTES = 64 * 1024;

    private final InputStream in;
    private final OutputStream out;
    private final CursorQueryFilter filter;
    private final InputQueue queue = new InputQueue(READ_AHEAD_BYTES);

    /**
     * A console that takes all of {@code in}.
     *
     * @param outputIsTerminal whether a terminal shows {@code out}: it is then not asked questions, since its answers
     *     would not come here
     */
    public StreamConsole(InputStream in, OutputStream out, boolean outputIsTerminal) {
        this.in = in;
        this.out = out;
        this.filter = outputIsTerminal ? new CursorQueryFilter() : null;
    }

    @Override
    public void start(Listener listener) {
        Thread.ofPlatform().daemon().name("console-input").start(() -> readAll(listener));
    }

    private void readAll(Listener listener) {
        var buffer = new byte[4096];
        try {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                queue.put(buffer, 0, count);
                listener.inputArrived();
            }
        } catch (InterruptedIOException | InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (IOException _) {
            // A stream that fails has no more to give: its end, for the guest.
        }
        queue.end();
        listener.inputArrived();
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
        out.write(filter == null ? bytes : filter.filter(bytes));
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() {
        // The streams belong to the caller.
    }
}

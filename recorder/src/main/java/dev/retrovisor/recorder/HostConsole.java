package dev.retrovisor.recorder;

import java.io.IOException;

/**
 * The host's end of the guest's console. Only {@link #start} hands calls to other threads; all methods are for the
 * machine's thread, and none but {@link #write} and {@link #flush} blocks.
 */
public interface HostConsole extends AutoCloseable {
    /** Whom a console tells, from any thread. */
    interface Listener {
        /** There may be something to read, or input has ended. */
        void inputArrived();

        /** The person at the terminal wants to leave. */
        void leave();

        /** The terminal has this size now. */
        void resized(int columns, int rows);
    }

    /** Begins to take input. */
    void start(Listener listener) throws IOException;

    /** Bytes that {@link #read} has now. */
    int available();

    /** Takes at most {@code maxBytes} bytes of what is available. */
    byte[] read(int maxBytes);

    /** Whether no more input will come than what is {@link #available}. */
    boolean inputEnded();

    /** Shows what the guest wrote, at the latest at the next {@link #flush}. */
    void write(byte[] bytes) throws IOException;

    void flush() throws IOException;

    /** Puts the host's terminal back as it was. May be called twice. */
    @Override
    void close();
}

package dev.retrovisor.recorder;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A console without a person: bytes given by a program, output kept in memory. Input may be given from any thread. */
public final class MemoryConsole implements HostConsole {
    private static final int CAPACITY_BYTES = 1 << 20;

    private final InputQueue queue = new InputQueue(CAPACITY_BYTES);
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private volatile Listener listener;

    /** A console with this input and no more. */
    public static MemoryConsole of(String input) {
        var console = new MemoryConsole();
        console.type(input.getBytes(StandardCharsets.UTF_8));
        console.endInput();
        return console;
    }

    /** Adds input; waits while a mebibyte waits to be read. */
    public void type(byte[] bytes) {
        try {
            queue.put(bytes, 0, bytes.length);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        tell();
    }

    public void endInput() {
        queue.end();
        tell();
    }

    private void tell() {
        Listener told = listener;
        if (told != null) {
            told.inputArrived();
        }
    }

    /** All output so far. */
    public synchronized byte[] output() {
        return output.toByteArray();
    }

    @Override
    public void start(Listener newListener) {
        listener = newListener;
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
    public synchronized void write(byte[] bytes) {
        output.writeBytes(bytes);
    }

    @Override
    public void flush() {
        // Everything is there at once.
    }

    @Override
    public void close() {
        listener = null;
    }
}

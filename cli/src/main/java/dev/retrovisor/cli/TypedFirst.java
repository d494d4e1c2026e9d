package dev.retrovisor.cli;

import dev.retrovisor.recorder.HostConsole;
import java.io.IOException;
import java.util.Arrays;

/** A console at which some bytes are typed before anything else. */
final class TypedFirst implements HostConsole {
    private final HostConsole console;
    private final byte[] typed;
    private int at;

    TypedFirst(byte[] typed, HostConsole console) {
        this.typed = typed;
        this.console = console;
    }

    @Override
    public void start(Listener listener) throws IOException {
        console.start(listener);
    }

    @Override
    public int available() {
        return at < typed.length ? typed.length - at : console.available();
    }

    @Override
    public byte[] read(int maxBytes) {
        if (at == typed.length) {
            return console.read(maxBytes);
        }
        int end = Math.min(typed.length, at + maxBytes);
        byte[] taken = Arrays.copyOfRange(typed, at, end);
        at = end;
        return taken;
    }

    @Override
    public boolean inputEnded() {
        return at == typed.length && console.inputEnded();
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        console.write(bytes);
    }

    @Override
    public void flush() throws IOException {
        console.flush();
    }

    @Override
    public void close() {
        console.close();
    }
}

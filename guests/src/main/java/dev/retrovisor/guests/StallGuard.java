package dev.retrovisor.guests;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A stream that fails when a minute passes without a byte. {@code HttpClient} has time limits for the connection and
 * the headers but none for a body that stops coming; closing the stream from a second thread ends the blocked read.
 */
final class StallGuard extends FilterInputStream {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long LOOK_MILLIS = 1_000;

    private final AtomicLong lastByteNanos = new AtomicLong(System.nanoTime());
    private final Thread watcher;
    private volatile boolean stalled;

    StallGuard(InputStream in) {
        super(in);
        this.watcher = Thread.ofVirtual().name("download-stall-guard").start(this::watch);
    }

    private void watch() {
        try {
            while (System.nanoTime() - lastByteNanos.get() < LIMIT_NANOS) {
                Thread.sleep(LOOK_MILLIS);
            }
            stalled = true;
            in.close();
        } catch (InterruptedException e) {
            // Closed: nothing left to watch.
        } catch (IOException e) {
            // The reader gets its own exception from the stream that we failed to close.
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int got;
        try {
            got = in.read(target, offset, length);
        } catch (IOException e) {
            throw stalled ? stall() : e;
        }
        if (stalled) {
            throw stall();
        }
        lastByteNanos.set(System.nanoTime());
        return got;
    }

    private static IOException stall() {
        return new IOException("no byte came for 60 seconds");
    }

    @Override
    public void close() throws IOException {
        watcher.interrupt();
        super.close();
    }
}

package dev.retrovisor.cli.gdb;

import dev.retrovisor.cli.gdb.PacketDecoder.Incoming;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * One client. A thread of its own reads what it sends, so that its ^C and its end are known while a packet is being
 * answered. All methods but {@link #close} are for one thread, the session's.
 */
final class Connection implements AutoCloseable {
    private static final int MOST_WAITING = 64;

    private final InputStream in;
    private final OutputStream out;
    private final Closeable both;

    /** Bodies of packets; empty once the client is gone. */
    private final BlockingQueue<Optional<String>> packets = new ArrayBlockingQueue<>(MOST_WAITING);

    private final Thread reader;
    private volatile boolean acknowledges = true;
    private volatile boolean isGone;

    /** How many packets had been read when ^C came last: it is about the last of them. */
    private volatile long interruptedBehind;

    private long taken;
    private byte[] lastSent = {};

    /** @param both closed with the connection */
    Connection(InputStream in, OutputStream out, Closeable both) {
        this.in = new BufferedInputStream(in);
        this.out = out;
        this.both = both;
        reader = Thread.ofPlatform().daemon().name("gdb client").unstarted(this::read);
    }

    void start() {
        reader.start();
    }

    private void read() {
        var decoder = new PacketDecoder();
        long count = 0;
        try {
            for (int next = in.read(); next >= 0; next = in.read()) {
                Optional<Incoming> incoming = decoder.take(next);
                if (incoming.isPresent()) {
                    switch (incoming.get()) {
                        case Incoming.Packet(String body) -> {
                            acknowledge('+');
                            count++;
                            packets.put(Optional.of(body));
                        }
                        case Incoming.Broken _ -> acknowledge('-');
                        case Incoming.Interrupt _ -> interruptedBehind = count;
                        case Incoming.SendAgain _ -> sendAgain();
                    }
                }
            }
        } catch (IOException _) {
            // As good as the end of the stream: the client is not there any more.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        isGone = true;
        if (!packets.offer(Optional.empty())) {
            packets.clear();
            packets.add(Optional.empty());
        }
    }

    private synchronized void acknowledge(char answer) throws IOException {
        if (acknowledges) {
            out.write(answer);
            out.flush();
        }
    }

    private synchronized void sendAgain() throws IOException {
        if (acknowledges && lastSent.length > 0) {
            out.write(lastSent);
            out.flush();
        }
    }

    /** From now on neither side acknowledges packets. */
    void stopAcknowledging() {
        acknowledges = false;
    }

    /** The next packet's body, as soon as there is one; empty when the client is gone. */
    Optional<String> next() throws InterruptedException {
        Optional<String> body = packets.take();
        taken++;
        return body;
    }

    /** Sends a packet; nothing happens if the client is gone. */
    synchronized void send(String body) {
        lastSent = Packets.framed(body);
        try {
            out.write(lastSent);
            out.flush();
        } catch (IOException _) {
            isGone = true;
        }
    }

    /** Whether what the last packet asked for should end: the client sent ^C behind it, or is gone. */
    boolean isInterrupted() {
        return isGone || taken > 0 && interruptedBehind >= taken;
    }

    boolean isGone() {
        return isGone;
    }

    @Override
    public void close() {
        isGone = true;
        try {
            both.close();
        } catch (IOException _) {
            // Nothing is left to be saved.
        }
    }
}

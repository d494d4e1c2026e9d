package dev.retrovisor.recorder.net;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.TreeMap;

/** The guest's end of a TCP connection: go-back-N with a short timer, fast retransmission, and a queue for early segments. */
final class TestGuestTcp {
    private static final int FIN = 1;
    private static final int SYN = 2;
    private static final int RST = 4;
    private static final int ACK = 16;
    private static final int SCALE = 4;
    private static final int MSS = 1460;
    private static final long RETRY_NANOS = 60_000_000L;
    private static final byte[] SYN_OPTIONS = {2, 4, MSS >> 8, (byte) MSS, 1, 3, 3, SCALE};

    private final TestGuest guest;
    private final int localPort;
    private final int address;
    private final int port;
    private final int first = 0x7fff_f000; // Wraps early on.
    private final TreeMap<Integer, byte[]> early = new TreeMap<>();
    private byte[] outgoing = {};
    private int sent;
    private int acknowledged;
    private int peerFirst;
    private int peerWindow;
    private int peerScale;
    private int duplicates;
    private int peerFinAt = -1;
    private boolean synSent;
    private boolean answering;
    private boolean closing;
    private boolean finSent;
    private long sentAtNanos;

    final ByteArrayOutputStream received = new ByteArrayOutputStream();
    /** What the guest says it has room for beyond what it has taken. */
    int windowBytes = 1 << 18;

    boolean established;
    boolean peerClosed;
    boolean finAcknowledged;
    boolean reset;
    /** Our SYN was answered with a bare ACK. */
    boolean sawChallenge;

    private int challenge;

    TestGuestTcp(TestGuest guest, int localPort, int address, int port) {
        this.guest = guest;
        this.localPort = localPort;
        this.address = address;
        this.port = port;
    }

    void sendSyn() {
        synSent = true;
        sentAtNanos = System.nanoTime();
        transmit(first, answering ? SYN | ACK : SYN, SYN_OPTIONS, new byte[0]);
    }

    void write(byte[] bytes) {
        int at = outgoing.length;
        outgoing = Arrays.copyOf(outgoing, at + bytes.length);
        System.arraycopy(bytes, 0, outgoing, at, bytes.length);
        work();
    }

    void closeOutput() {
        closing = true;
        work();
    }

    void abort() {
        transmit(first + 1 + sent, RST | ACK, new byte[0], new byte[0]);
    }

    boolean isAllAcknowledged() {
        return acknowledged >= outgoing.length;
    }

    void sendWindow() {
        transmit(first + 1 + sent, ACK, new byte[0], new byte[0]);
    }

    /** Says that we know nothing of the connection that the challenge speaks of. */
    void resetChallenge() {
        transmit(challenge, RST, new byte[0], new byte[0]);
    }

    void receive(ByteBuffer tcp) {
        int flags = tcp.get(13);
        if ((flags & RST) != 0) {
            reset = true;
            return;
        }
        if ((flags & SYN) != 0) {
            peerFirst = tcp.getInt(4);
            peerScale = tcp.get(12) >>> 4 > 6 ? tcp.get(27) : 0;
            peerWindow = tcp.getShort(14) & 0xffff;
            if (synSent && (flags & ACK) != 0) {
                established = true;
                sendWindow();
            } else {
                answering = true;
                sendSyn();
            }
            return;
        }
        if (!established && !answering && tcp.getInt(8) != first + 1) {
            sawChallenge = true;
            challenge = tcp.getInt(8);
            return;
        }
        acknowledge(tcp);
        byte[] text = new byte[tcp.capacity() - (tcp.get(12) >>> 4 & 15) * 4];
        tcp.get(tcp.capacity() - text.length, text);
        int offset = tcp.getInt(4) - peerFirst - 1;
        if (text.length > 0) {
            early.merge(offset, text, (a, b) -> a.length > b.length ? a : b);
        }
        if ((flags & FIN) != 0) {
            peerFinAt = offset + text.length;
        }
        take();
        if (text.length > 0 || (flags & FIN) != 0 || offset != next()) {
            sendWindow();
        }
        work();
    }

    private void take() {
        while (!early.isEmpty() && early.firstKey() <= received.size()) {
            var entry = early.pollFirstEntry();
            int known = received.size() - entry.getKey();
            int fresh = Math.min(entry.getValue().length - known, windowBytes);
            if (fresh > 0) {
                received.write(entry.getValue(), known, fresh);
            }
        }
        peerClosed = peerFinAt >= 0 && received.size() == peerFinAt;
    }

    private void acknowledge(ByteBuffer tcp) {
        established = true;
        int ack = tcp.getInt(8) - first - 1;
        int window = (tcp.getShort(14) & 0xffff) << peerScale;
        boolean same = ack == acknowledged && window == peerWindow && tcp.capacity() == 20;
        peerWindow = window;
        if (ack > acknowledged) {
            acknowledged = ack;
            sent = Math.max(sent, Math.min(ack, outgoing.length));
            duplicates = 0;
            finAcknowledged = closing && ack == outgoing.length + 1;
        } else if (same && sent > acknowledged && ++duplicates == 3) {
            sent = acknowledged;
        }
    }

    private int next() {
        return received.size() + (peerClosed ? 1 : 0);
    }

    /** Sends what may be sent, and again what seems lost. */
    void work() {
        if (reset || !established) {
            if (!reset && synSent && overdue()) {
                sendSyn();
            }
            return;
        }
        if (overdue() && (acknowledged < sent || closing && !finAcknowledged)) {
            sent = Math.min(acknowledged, outgoing.length);
            duplicates = 0;
        }
        boolean fresh = false;
        while (sent < outgoing.length && sent < acknowledged + peerWindow) {
            int length = Math.min(MSS, Math.min(outgoing.length, acknowledged + peerWindow) - sent);
            byte[] text = Arrays.copyOfRange(outgoing, sent, sent + length);
            transmit(first + 1 + sent, ACK, new byte[0], text);
            sent += length;
            fresh = true;
        }
        if (closing && sent == outgoing.length && !finAcknowledged && (fresh || overdue() || !finSent)) {
            finSent = true;
            transmit(first + 1 + sent, FIN | ACK, new byte[0], new byte[0]);
            fresh = true;
        }
        if (fresh) {
            sentAtNanos = System.nanoTime();
        }
    }

    private boolean overdue() {
        return System.nanoTime() - sentAtNanos > RETRY_NANOS;
    }

    private void transmit(int seq, int flags, byte[] options, byte[] text) {
        int ack = (flags & ACK) != 0 ? peerFirst + 1 + next() : 0;
        int window = (flags & SYN) != 0 ? Math.min(65535, windowBytes) : windowBytes >> SCALE;
        guest.sendTcp(GuestFrames.tcp(localPort, address, port, seq, ack, flags, window, options, text));
    }
}

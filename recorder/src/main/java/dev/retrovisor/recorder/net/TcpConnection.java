package dev.retrovisor.recorder.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.security.SecureRandom;
import java.util.Iterator;
import java.util.List;

/**
 * One TCP connection of the guest (RFC 9293), ended here and joined to a socket of the host. Bytes go across in both
 * directions until both ends have closed theirs: an end of input on one side becomes a FIN, or a shut down of output, on
 * the other, after all that came before it. A reset on one side becomes a reset on the other.
 *
 * <p>Acknowledgements go out once for each batch of frames, on data if there is some, because every frame to the guest is
 * an entry in the recording.
 */
final class TcpConnection implements ChannelHandler {
    private enum Phase {
        /** The guest's SYN waits for the host's connect. */
        CONNECTING,
        /** Our SYN waits for the guest: a forwarded port. */
        SYN_SENT,
        SYN_RECEIVED,
        /** Both SYNs are acknowledged; what is closed since then, sender and receiver know. */
        OPEN,
        /** Both FINs too: stays for a while to acknowledge the guest's again. */
        TIME_WAIT,
        CLOSED
    }

    private static final SecureRandom RANDOM = new SecureRandom();
    /** Two minutes: a forwarded port may wait that long for a guest that boots. */
    private static final int MAX_SYN_RETRIES = 6;

    private static final int SEGMENTS_A_TURN = 16;
    private static final int READ_BYTES_A_TURN = 65536;
    private static final int OUR_WINDOW_SCALE = 3;
    private static final int MAX_PLAIN_WINDOW_BYTES = 65535;
    /** RFC 5382 asks NATs for at least two hours and four minutes. */
    private static final long IDLE_NANOS = 7_440_000_000_000L;

    private static final long TIME_WAIT_NANOS = 2_000_000_000L;

    private final FlowKey key;
    private final TcpTable table;
    private final TcpSender sender;
    private final TcpReceiver receiver;
    private final RetransmissionTimer synTimer = new RetransmissionTimer(MAX_SYN_RETRIES);
    private final int ourFirstSequence = RANDOM.nextInt();
    private final Iterator<InetSocketAddress> targets;
    private Phase phase;
    private SocketChannel host;
    private SelectionKey selection;
    private byte[] synQuote = {};
    private int guestFirstSequence;
    private int guestWindowScale;
    private int ourWindowScale;
    private long deadlineNanos;
    private boolean acknowledgementDue;
    private boolean hostBroken;
    private boolean hostOutputShut;

    private TcpConnection(
            FlowKey key, TcpTable table, int bufferBytes, Phase phase, Iterator<InetSocketAddress> targets) {
        this.key = key;
        this.table = table;
        this.phase = phase;
        this.targets = targets;
        this.sender = new TcpSender(bufferBytes);
        this.receiver = new TcpReceiver(bufferBytes);
    }

    /** The guest connects; the host's addresses are tried in turn. */
    static TcpConnection fromGuest(
            TcpSegment syn, TcpTable table, int bufferBytes, List<InetSocketAddress> targets, long nowNanos) {
        TcpConnection connection =
                new TcpConnection(syn.flow(), table, bufferBytes, Phase.CONNECTING, targets.iterator());
        connection.synQuote = syn.packet().quote();
        connection.noteSyn(syn);
        connection.deadlineNanos = nowNanos + IDLE_NANOS;
        return connection;
    }

    /** A peer has connected to a forwarded port. */
    static TcpConnection fromHost(FlowKey key, TcpTable table, int bufferBytes, SocketChannel accepted, long nowNanos)
            throws IOException {
        TcpConnection connection = new TcpConnection(
                key,
                table,
                bufferBytes,
                Phase.SYN_SENT,
                List.<InetSocketAddress>of().iterator());
        connection.attach(accepted, 0);
        connection.ourWindowScale = OUR_WINDOW_SCALE;
        connection.deadlineNanos = nowNanos + IDLE_NANOS;
        connection.sendSyn(nowNanos);
        return connection;
    }

    FlowKey key() {
        return key;
    }

    boolean isClosed() {
        return phase == Phase.CLOSED;
    }

    boolean isTimeWait() {
        return phase == Phase.TIME_WAIT;
    }

    private void attach(SocketChannel channel, int interest) throws IOException {
        host = channel;
        host.configureBlocking(false);
        host.setOption(StandardSocketOptions.TCP_NODELAY, true);
        host.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        selection = host.register(table.selector(), interest, this);
    }

    private void noteSyn(TcpSegment syn) {
        guestFirstSequence = syn.sequence();
        boolean scales = syn.windowScale() >= 0;
        guestWindowScale = scales ? syn.windowScale() : 0;
        ourWindowScale = scales ? OUR_WINDOW_SCALE : 0;
        sender.open(syn.maxSegmentBytes(), syn.window());
    }

    /** Starts to connect to the next address, or refuses the guest when there is none. */
    void connect(long nowNanos) {
        IOException failure = new IOException("no address");
        while (targets.hasNext()) {
            InetSocketAddress target = targets.next();
            try {
                host = SocketChannel.open();
                attach(host, SelectionKey.OP_CONNECT);
                if (host.connect(target)) {
                    connected(nowNanos);
                }
                return;
            } catch (IOException e) {
                closeHost();
                failure = e;
            } catch (UnsupportedAddressTypeException _) {
                closeHost(); // A name server's IPv6 address on a host without IPv6.
            }
        }
        refuse(failure);
    }

    private void refuse(IOException failure) {
        if (failure instanceof NoRouteToHostException) {
            table.icmp().unreachable(key.guestAddress(), synQuote, Icmp.Unreachable.HOST);
        } else {
            int acknowledgement = guestFirstSequence + 1;
            table.output().send(key, TcpSegment.RST | TcpSegment.ACK, 0, acknowledgement, 0);
        }
        close();
    }

    private void connected(long nowNanos) {
        phase = Phase.SYN_RECEIVED;
        synQuote = new byte[0];
        selection.interestOps(0);
        sendSyn(nowNanos);
    }

    private void sendSyn(long nowNanos) {
        synTimer.arm(nowNanos);
        boolean answers = phase == Phase.SYN_RECEIVED;
        // On a SYN that answers, 0 means that the guest does not scale; a first SYN always offers.
        int scale = ourWindowScale == 0 ? -1 : ourWindowScale;
        table.output()
                .sendSyn(
                        key,
                        answers ? TcpSegment.ACK : 0,
                        ourFirstSequence,
                        answers ? guestFirstSequence + 1 : 0,
                        receiver.promise(MAX_PLAIN_WINDOW_BYTES),
                        scale);
    }

    private int sendSequence(long offset) {
        return ourFirstSequence + 1 + (int) offset;
    }

    private int acknowledgement() {
        return guestFirstSequence + 1 + (int) receiver.acknowledgement();
    }

    private int window() {
        return receiver.promise(MAX_PLAIN_WINDOW_BYTES << ourWindowScale) >>> ourWindowScale;
    }

    /** Takes a segment of this connection. */
    void segment(TcpSegment segment, long nowNanos) {
        switch (phase) {
            case CONNECTING -> {
                if (segment.has(TcpSegment.RST)) {
                    close();
                }
            }
            case SYN_SENT -> answerToSyn(segment, nowNanos);
            case SYN_RECEIVED, OPEN -> synchronised(segment, nowNanos);
            case TIME_WAIT -> acknowledgementDue |= segment.sequenceLength() > 0;
            case CLOSED -> {}
        }
        table.touch(this);
    }

    private void answerToSyn(TcpSegment segment, long nowNanos) {
        boolean acknowledges = segment.has(TcpSegment.ACK);
        if (acknowledges && segment.acknowledgement() != ourFirstSequence + 1) {
            table.output().refuse(segment);
        } else if (segment.has(TcpSegment.RST)) {
            if (acknowledges) {
                abort(); // Refused: the peer sees a reset.
            }
        } else if (segment.has(TcpSegment.SYN) && acknowledges) {
            noteSyn(segment);
            phase = Phase.OPEN;
            synTimer.disarm();
            deadlineNanos = nowNanos + IDLE_NANOS;
            acknowledgementDue = true;
        }
    }

    private void synchronised(TcpSegment segment, long nowNanos) {
        long expected = receiver.acknowledgement();
        long offset = expected + (segment.sequence() - acknowledgement());
        if (segment.has(TcpSegment.SYN)) {
            if (phase == Phase.SYN_RECEIVED && segment.sequence() == guestFirstSequence) {
                sendSyn(nowNanos); // Ours was lost.
            } else {
                acknowledgementDue = true; // RFC 5961: a guest that has rebooted resets what we still think is open.
            }
            return;
        }
        if (segment.has(TcpSegment.RST)) {
            if (offset >= expected
                    && offset <= Math.max(expected, receiver.ring().limit())) {
                abort();
            }
            return;
        }
        if (!segment.has(TcpSegment.ACK)) {
            return;
        }
        long acknowledged = sender.acknowledged();
        long ack = acknowledged + (segment.acknowledgement() - sendSequence(acknowledged));
        if (ack > sender.highest()) {
            if (phase == Phase.SYN_RECEIVED) {
                table.output().refuse(segment);
            }
            acknowledgementDue = true;
            return;
        }
        if (phase == Phase.SYN_RECEIVED) {
            if (ack < 0) {
                return;
            }
            phase = Phase.OPEN;
            synTimer.disarm();
        }
        deadlineNanos = nowNanos + IDLE_NANOS;
        if (!receiver.accepts(offset, segment.sequenceLength())) {
            acknowledgementDue = true; // A repetition, a probe of a shut window, or a keep-alive.
            // Its acknowledgement counts all the same: else two shut windows could wait for each other.
            acknowledge(segment, ack, offset, nowNanos);
            return;
        }
        acknowledge(segment, ack, offset, nowNanos);
        if (segment.sequenceLength() > 0) {
            take(segment, offset, nowNanos);
        }
    }

    private void acknowledge(TcpSegment segment, long ack, long offset, long nowNanos) {
        long window = (long) segment.window() << guestWindowScale;
        sender.acknowledge(ack, window, offset, segment.sequenceLength() == 0, nowNanos);
    }

    private void take(TcpSegment segment, long offset, long nowNanos) {
        boolean fin = segment.has(TcpSegment.FIN);
        receiver.accept(offset, segment.packet().bytes(), segment.data(), segment.dataBytes(), fin);
        writeHost();
        acknowledgementDue = true;
        if (receiver.hasGap()) {
            // The guest counts these to find its loss: each goes out by itself.
            flush(nowNanos);
        }
    }

    @Override
    public void ready(SelectionKey key, long nowNanos) {
        table.touch(this);
        if (key.isConnectable()) {
            finishConnect(nowNanos);
            return;
        }
        if (key.isWritable()) {
            writeHost();
        }
        if (key.isValid() && key.isReadable()) {
            readHost();
        }
        deadlineNanos = nowNanos + IDLE_NANOS;
    }

    private void finishConnect(long nowNanos) {
        try {
            if (host.finishConnect()) {
                connected(nowNanos);
            }
        } catch (IOException e) {
            closeHost();
            if (targets.hasNext()) {
                connect(nowNanos);
            } else {
                refuse(e);
            }
        }
    }

    private void readHost() {
        int room = Math.min(READ_BYTES_A_TURN, sender.roomBytes());
        if (room == 0 || sender.isEnded() || hostBroken) {
            return;
        }
        try {
            if (sender.ring().readFrom(host, room) < 0) {
                sender.end();
            }
        } catch (IOException _) {
            breakHost();
        }
    }

    private void writeHost() {
        if (hostBroken) {
            receiver.discard();
            return;
        }
        try {
            receiver.ring().writeTo(host);
            boolean drained = receiver.ring().base() == receiver.ring().end();
            if (drained && receiver.isFinished() && !hostOutputShut) {
                hostOutputShut = true;
                host.shutdownOutput();
            }
        } catch (IOException _) {
            breakHost();
        }
    }

    /** The peer has reset. What it sent before still goes to the guest, then the guest's connection is reset too. */
    private void breakHost() {
        hostBroken = true;
        closeHost();
        receiver.discard();
    }

    /**
     * Sends what is due and may be sent, and settles what the socket is to be watched for.
     *
     * @return whether it could send more at once, if the queue had room or others had had their turn
     */
    boolean flush(long nowNanos) {
        boolean more = false;
        if (phase == Phase.OPEN) {
            more = sender.transmit(this::transmit, table.queue(), SEGMENTS_A_TURN, nowNanos);
            if (hostBroken && sender.isDrained()) {
                sendReset();
                close();
                return false;
            }
        }
        boolean answers = phase == Phase.OPEN || phase == Phase.TIME_WAIT;
        if (answers && (acknowledgementDue || phase == Phase.OPEN && receiver.owesUpdate())) {
            acknowledgementDue = false;
            int sequence = sendSequence(sender.bareOffset());
            table.output().send(key, TcpSegment.ACK, sequence, acknowledgement(), window());
        }
        if (phase == Phase.OPEN) {
            if (hostOutputShut && sender.isFinAcknowledged()) {
                phase = Phase.TIME_WAIT;
                deadlineNanos = nowNanos + TIME_WAIT_NANOS;
                closeHost();
                sender.ring().release();
                receiver.ring().release();
            } else {
                watch();
            }
        }
        return more;
    }

    private void transmit(long offset, int dataBytes, boolean fin) {
        boolean last = offset + dataBytes == sender.ring().end();
        int flags = TcpSegment.ACK | (fin ? TcpSegment.FIN : 0) | (last && dataBytes > 0 ? TcpSegment.PSH : 0);
        acknowledgementDue = false;
        table.output()
                .sendData(
                        key,
                        flags,
                        sendSequence(offset),
                        acknowledgement(),
                        window(),
                        sender.ring(),
                        offset,
                        dataBytes);
    }

    private void watch() {
        if (hostBroken) {
            return;
        }
        boolean reads = !sender.isEnded() && sender.roomBytes() > 0;
        boolean writes = receiver.ring().base() < receiver.ring().end();
        int interest = (reads ? SelectionKey.OP_READ : 0) | (writes ? SelectionKey.OP_WRITE : 0);
        if (selection.interestOps() != interest) {
            selection.interestOps(interest);
        }
    }

    /** When this connection wants {@link #onTimer}. */
    long deadline() {
        long timer = phase == Phase.OPEN ? sender.deadline() : synTimer.deadline();
        return Math.min(timer, deadlineNanos);
    }

    void onTimer(long nowNanos) {
        table.touch(this);
        if (deadlineNanos <= nowNanos) {
            if (phase == Phase.TIME_WAIT) {
                close();
            } else {
                sendReset();
                abort();
            }
        } else if (phase == Phase.OPEN && sender.deadline() <= nowNanos) {
            if (!sender.onTimer()) {
                sendReset();
                abort();
            }
        } else if (synTimer.deadline() <= nowNanos) {
            if (synTimer.expire()) {
                sendSyn(nowNanos);
            } else {
                sendReset();
                abort();
            }
        }
    }

    private void sendReset() {
        int flags = TcpSegment.RST | TcpSegment.ACK;
        table.output().send(key, flags, sendSequence(sender.bareOffset()), acknowledgement(), 0);
    }

    /** Ends it at once; the host's peer sees a reset. */
    private void abort() {
        if (host != null && host.isOpen() && phase != Phase.CONNECTING) {
            try {
                host.setOption(StandardSocketOptions.SO_LINGER, 0);
            } catch (IOException _) {
                // Then the peer sees an ordinary end.
            }
        }
        close();
    }

    /** Ends it without a word to the guest. */
    void close() {
        phase = Phase.CLOSED;
        closeHost();
        table.remove(this);
    }

    private void closeHost() {
        if (host != null) {
            Channels.close(host);
        }
    }
}

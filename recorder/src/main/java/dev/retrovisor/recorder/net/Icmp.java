package dev.retrovisor.recorder.net;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * ICMP (RFC 792). Echo to the gateway and the name server is answered here. Echo to a host outside is answered when
 * {@link Reachability} finds it, so the time that the guest measures is that of our probe and not of its packet; there
 * is no answer otherwise. Errors tell the guest at once what would cost it a time-out.
 */
final class Icmp {
    /** Codes of "destination unreachable". */
    enum Unreachable {
        HOST(1),
        PROTOCOL(2),
        PORT(3),
        PROHIBITED(13);

        private final int code;

        Unreachable(int code) {
            this.code = code;
        }
    }

    private static final int HEADER_BYTES = 8;
    private static final int ECHO_REPLY = 0;
    private static final int UNREACHABLE = 3;
    private static final int ECHO_REQUEST = 8;
    private static final int TIME_EXCEEDED = 11;
    private static final int MAX_PROBERS = 4;
    private static final int MAX_PROBES_WAITING = 16;

    private final AddressPlan plan;
    private final Ipv4Output output;
    private final Reachability reachability;
    private final Consumer<Runnable> onSelectorThread;
    private final ThreadPoolExecutor probers;

    Icmp(AddressPlan plan, Ipv4Output output, Reachability reachability, Consumer<Runnable> onSelectorThread) {
        this.plan = plan;
        this.output = output;
        this.reachability = reachability;
        this.onSelectorThread = onSelectorThread;
        this.probers = new ThreadPoolExecutor(
                MAX_PROBERS,
                MAX_PROBERS,
                5,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MAX_PROBES_WAITING),
                Thread.ofPlatform().daemon().name("user-network-ping-", 0).factory(),
                // More pings than that are lost, as pings may be.
                new ThreadPoolExecutor.DiscardPolicy());
        probers.allowCoreThreadTimeOut(true);
    }

    void receive(Ipv4Packet packet) {
        if (packet.payloadBytes() < HEADER_BYTES
                || Checksums.finish(Checksums.sum(packet.bytes(), packet.payload(), packet.payloadBytes(), 0)) != 0
                || Wire.u8(packet.bytes(), packet.payload()) != ECHO_REQUEST) {
            return;
        }
        // The two stations on the guest's own link answer whatever is restricted.
        if (plan.isOurs(packet.destination())) {
            reply(packet);
            return;
        }
        switch (plan.place(packet.destination())) {
            case OUTSIDE ->
                probers.execute(() -> {
                    if (reachability.isReachable(plan.socketAddress(packet.destination()))) {
                        onSelectorThread.accept(() -> reply(packet));
                    }
                });
            case PROHIBITED -> unreachable(packet, Unreachable.PROHIBITED);
            case HOST, DNS, NOWHERE -> {}
        }
    }

    void close() {
        probers.shutdownNow();
    }

    private void reply(Ipv4Packet request) {
        byte[] frame = Ipv4Output.frame(request.payloadBytes());
        System.arraycopy(request.bytes(), request.payload(), frame, Ipv4Output.PAYLOAD, request.payloadBytes());
        Wire.put8(frame, Ipv4Output.PAYLOAD, ECHO_REPLY);
        send(frame, request.destination(), request.source());
    }

    /** Tells the guest that its packet could not be delivered; says so as the gateway. */
    void unreachable(Ipv4Packet packet, Unreachable reason) {
        unreachable(packet.source(), packet.quote(), reason);
    }

    void unreachable(int guest, byte[] quote, Unreachable reason) {
        error(guest, quote, UNREACHABLE, reason.code);
    }

    void timeExceeded(Ipv4Packet packet) {
        error(packet.source(), packet.quote(), TIME_EXCEEDED, 0);
    }

    private void error(int guest, byte[] quote, int type, int code) {
        byte[] frame = Ipv4Output.frame(HEADER_BYTES + quote.length);
        Wire.put8(frame, Ipv4Output.PAYLOAD, type);
        Wire.put8(frame, Ipv4Output.PAYLOAD + 1, code);
        System.arraycopy(quote, 0, frame, Ipv4Output.PAYLOAD + HEADER_BYTES, quote.length);
        send(frame, plan.host(), guest);
    }

    private void send(byte[] frame, int source, int guest) {
        Wire.put16(frame, Ipv4Output.PAYLOAD + 2, 0);
        long sum = Checksums.sum(frame, Ipv4Output.PAYLOAD, frame.length - Ipv4Output.PAYLOAD, 0);
        Wire.put16(frame, Ipv4Output.PAYLOAD + 2, Checksums.finish(sum));
        output.send(frame, source, guest, Ipv4Packet.ICMP);
    }
}

package dev.retrovisor.recorder.net;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * RFC 826 for Ethernet and IPv4, both ways: answers for the addresses that are ours, and learns where the guest's are.
 * Packets to an address that is not known yet wait, a few of them, for the guest's answer.
 */
final class Arp {
    private static final int PACKET_BYTES = 28;
    private static final int REQUEST = 1;
    private static final int REPLY = 2;
    private static final int MAX_NEIGHBOURS = 256;
    private static final int MAX_WAITING = 32;

    private record Waiting(int address, byte[] frame) {}

    private final AddressPlan plan;
    private final FrameQueue queue;
    /** In the order of learning: the oldest gives way. */
    private final Map<Integer, Long> neighbours = new LinkedHashMap<>();

    private final Deque<Waiting> waiting = new ArrayDeque<>();

    Arp(AddressPlan plan, FrameQueue queue) {
        this.plan = plan;
        this.queue = queue;
    }

    void receive(byte[] frame) {
        int at = Ethernet.HEADER_BYTES;
        if (frame.length < at + PACKET_BYTES
                || Wire.u16(frame, at) != 1
                || Wire.u16(frame, at + 2) != Ethernet.TYPE_IPV4
                || Wire.u16(frame, at + 4) != 0x0604) {
            return;
        }
        int operation = Wire.u16(frame, at + 6);
        long senderMac = Wire.u48(frame, at + 8);
        int sender = Wire.u32(frame, at + 14);
        int target = Wire.u32(frame, at + 24);
        learn(sender, senderMac);
        if (operation == REQUEST && plan.isOurs(target) && Ethernet.isUnicast(senderMac)) {
            queue.offer(packet(senderMac, REPLY, target, senderMac, sender));
        }
    }

    /** Notes which station has an address of the guest's network, and sends what waited for it. */
    void learn(int address, long mac) {
        if (!plan.isGuest(address) || !Ethernet.isUnicast(mac)) {
            return;
        }
        Long known = neighbours.put(address, mac);
        if (known == null && neighbours.size() > MAX_NEIGHBOURS) {
            neighbours.remove(neighbours.keySet().iterator().next());
        }
        if (!waiting.isEmpty()) {
            waiting.removeIf(packet -> {
                if (packet.address() == address) {
                    deliver(packet.frame(), mac);
                }
                return packet.address() == address;
            });
        }
    }

    /** Sends a frame, complete but for its Ethernet header, to the station that has an address. */
    void sendTo(int address, byte[] frame) {
        if (address == Ipv4Address.BROADCAST) {
            deliver(frame, Ethernet.BROADCAST);
            return;
        }
        Long mac = neighbours.get(address);
        if (mac != null) {
            deliver(frame, mac);
            return;
        }
        if (waiting.size() == MAX_WAITING) {
            waiting.removeFirst();
        }
        waiting.add(new Waiting(address, frame));
        queue.offer(packet(Ethernet.BROADCAST, REQUEST, plan.host(), 0, address));
    }

    void deliver(byte[] frame, long mac) {
        Ethernet.header(frame, mac, plan.mac(), Ethernet.TYPE_IPV4);
        queue.offer(frame);
    }

    private byte[] packet(long destination, int operation, int sender, long targetMac, int target) {
        byte[] frame = new byte[Ethernet.HEADER_BYTES + PACKET_BYTES];
        Ethernet.header(frame, destination, plan.mac(), Ethernet.TYPE_ARP);
        int at = Ethernet.HEADER_BYTES;
        Wire.put16(frame, at, 1);
        Wire.put16(frame, at + 2, Ethernet.TYPE_IPV4);
        Wire.put16(frame, at + 4, 0x0604);
        Wire.put16(frame, at + 6, operation);
        Wire.put48(frame, at + 8, plan.mac());
        Wire.put32(frame, at + 14, sender);
        Wire.put48(frame, at + 18, targetMac);
        Wire.put32(frame, at + 24, target);
        return frame;
    }
}

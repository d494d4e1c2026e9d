package dev.retrovisor.recorder.net;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The DHCP server (RFC 2131, options of RFC 2132) at the gateway. The first station that asks gets the lease address,
 * others the ones after it, 16 in all; a station keeps its address while this network lives. RELEASE and DECLINE need no
 * answer and change nothing; BOOTP without DHCP is not served.
 */
final class Dhcp {
    static final int SERVER_PORT = 67;
    private static final int CLIENT_PORT = 68;
    private static final int OPTIONS = 240;
    private static final int REPLY_BYTES = 300;
    private static final int COOKIE = 0x6382_5363;
    private static final int MAX_LEASES = 16;
    private static final int LEASE_SECONDS = 86_400;
    private static final int BROADCAST_FLAG = 0x8000;

    /** Message types of option 53 that matter here. */
    private static final int DISCOVER = 1;

    private static final int OFFER = 2;
    private static final int REQUEST = 3;
    private static final int ACK = 5;
    private static final int NAK = 6;
    private static final int INFORM = 8;

    private static final int OPTION_MASK = 1;
    private static final int OPTION_ROUTER = 3;
    private static final int OPTION_DNS = 6;
    private static final int OPTION_HOSTNAME = 12;
    private static final int OPTION_REQUESTED = 50;
    private static final int OPTION_LEASE_SECONDS = 51;
    private static final int OPTION_TYPE = 53;
    private static final int OPTION_SERVER = 54;
    private static final int OPTION_END = 255;

    /** What counts of a client's message. Addresses that it did not name are 0. */
    private record Message(
            int type, int transaction, int flags, int clientAddress, long mac, int requested, int server) {}

    private final AddressPlan plan;
    private final Ipv4Output output;
    private final Arp arp;
    private final Map<Long, Integer> leases = new LinkedHashMap<>();

    Dhcp(AddressPlan plan, Ipv4Output output, Arp arp) {
        this.plan = plan;
        this.output = output;
        this.arp = arp;
    }

    void receive(UdpDatagram datagram) {
        Message message = parse(datagram);
        if (message == null) {
            return;
        }
        switch (message.type()) {
            case DISCOVER -> {
                int address = lease(message.mac());
                if (address != 0) {
                    reply(message, OFFER, address);
                }
            }
            case REQUEST -> request(message);
            case INFORM -> reply(message, ACK, 0);
            default -> {}
        }
    }

    private void request(Message message) {
        if (message.server() != 0 && message.server() != plan.host()) {
            return; // It took another server's offer.
        }
        int wanted = message.requested() != 0 ? message.requested() : message.clientAddress();
        int address = lease(message.mac());
        if (address != 0 && address == wanted) {
            arp.learn(address, message.mac());
            reply(message, ACK, address);
        } else {
            reply(message, NAK, 0);
        }
    }

    /** The address of a station, a new one if need be; 0 when there are no more. */
    private int lease(long mac) {
        Integer known = leases.get(mac);
        if (known != null) {
            return known;
        }
        int first = plan.config().lease().bits();
        for (int address = first; address - first < MAX_LEASES; address++) {
            if (plan.isGuest(address) && !leases.containsValue(address)) {
                leases.put(mac, address);
                return address;
            }
        }
        return 0;
    }

    private static Message parse(UdpDatagram datagram) {
        byte[] bytes = datagram.packet().bytes();
        int at = datagram.data();
        if (datagram.dataBytes() < OPTIONS
                || Wire.u8(bytes, at) != 1
                || Wire.u16(bytes, at + 1) != 0x0106
                || Wire.u32(bytes, at + 236) != COOKIE) {
            return null;
        }
        int type = 0;
        int requested = 0;
        int server = 0;
        int end = at + datagram.dataBytes();
        int option = at + OPTIONS;
        while (option < end && Wire.u8(bytes, option) != OPTION_END) {
            if (bytes[option] == 0) {
                option++;
                continue;
            }
            int value = option + 2;
            int lengthBytes = value <= end ? Wire.u8(bytes, option + 1) : 0;
            if (value + lengthBytes > end) {
                return null;
            }
            switch (Wire.u8(bytes, option)) {
                case OPTION_TYPE -> type = lengthBytes == 1 ? Wire.u8(bytes, value) : 0;
                case OPTION_REQUESTED -> requested = lengthBytes == 4 ? Wire.u32(bytes, value) : 0;
                case OPTION_SERVER -> server = lengthBytes == 4 ? Wire.u32(bytes, value) : 0;
                default -> {}
            }
            option = value + lengthBytes;
        }
        long mac = Wire.u48(bytes, at + 28);
        return Ethernet.isUnicast(mac)
                ? new Message(
                        type,
                        Wire.u32(bytes, at + 4),
                        Wire.u16(bytes, at + 10),
                        Wire.u32(bytes, at + 12),
                        mac,
                        requested,
                        server)
                : null;
    }

    private void reply(Message request, int type, int address) {
        byte[] frame = UdpDatagram.frame(REPLY_BYTES + 64);
        int at = UdpDatagram.FRAME_DATA;
        Wire.put8(frame, at, 2);
        Wire.put16(frame, at + 1, 0x0106);
        Wire.put32(frame, at + 4, request.transaction());
        Wire.put16(frame, at + 10, request.flags() & BROADCAST_FLAG);
        Wire.put32(frame, at + 12, type == NAK ? 0 : request.clientAddress());
        Wire.put32(frame, at + 16, address);
        Wire.put32(frame, at + 20, type == NAK ? 0 : plan.host());
        Wire.put48(frame, at + 28, request.mac());
        Wire.put32(frame, at + 236, COOKIE);
        options(frame, at + OPTIONS, type, address);
        // RFC 2131, "Constructing and sending DHCP messages": to ciaddr if there is one; a NAK is always broadcast.
        boolean toClientAddress = type != NAK && plan.isGuest(request.clientAddress());
        int destination = toClientAddress ? request.clientAddress() : Ipv4Address.BROADCAST;
        boolean broadcast = type == NAK || (request.flags() & BROADCAST_FLAG) != 0 && !toClientAddress;
        UdpDatagram.fill(frame, plan.host(), SERVER_PORT, destination, CLIENT_PORT);
        output.sendToStation(
                frame, plan.host(), destination, Ipv4Packet.UDP, broadcast ? Ethernet.BROADCAST : request.mac());
    }

    private void options(byte[] frame, int start, int type, int address) {
        Wire.put8(frame, start, OPTION_TYPE);
        Wire.put8(frame, start + 1, 1);
        Wire.put8(frame, start + 2, type);
        int at = option(frame, start + 3, OPTION_SERVER, plan.host());
        if (type != NAK) {
            at = option(frame, at, OPTION_MASK, plan.config().network().mask());
            at = option(frame, at, OPTION_ROUTER, plan.host());
            at = option(frame, at, OPTION_DNS, plan.dns());
            if (address != 0) {
                at = option(frame, at, OPTION_LEASE_SECONDS, LEASE_SECONDS);
            }
            byte[] name = plan.config().hostname().orElse("").getBytes(StandardCharsets.US_ASCII);
            if (name.length > 0) {
                Wire.put8(frame, at, OPTION_HOSTNAME);
                Wire.put8(frame, at + 1, name.length);
                System.arraycopy(name, 0, frame, at + 2, name.length);
                at += 2 + name.length;
            }
        }
        Wire.put8(frame, at, OPTION_END);
    }

    private static int option(byte[] frame, int at, int code, int value) {
        Wire.put8(frame, at, code);
        Wire.put8(frame, at + 1, 4);
        Wire.put32(frame, at + 2, value);
        return at + 6;
    }
}

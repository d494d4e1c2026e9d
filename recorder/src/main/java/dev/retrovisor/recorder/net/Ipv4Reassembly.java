package dev.retrovisor.recorder.net;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Puts fragments together (RFC 791), bounded: 16 datagrams at a time, 64 fragments and 30 seconds each. Fragments
 * that overlap throw the whole datagram away, as RFC 5722 asks for IPv6: no honest sender makes them.
 */
final class Ipv4Reassembly {
    private static final int MAX_DATAGRAMS = 16;
    /** A full datagram has 45 at this link's MTU. Without a limit, tiny ones in long frames would hold much. */
    private static final int MAX_FRAGMENTS = 64;

    private static final long PATIENCE_NANOS = 30_000_000_000L;
    private static final int MAX_PAYLOAD_BYTES = 65535 - Ipv4Packet.HEADER_BYTES;

    private record Key(int source, int destination, int protocol, int identification) {}

    private static final class Datagram {
        final TreeMap<Integer, Ipv4Packet> pieces = new TreeMap<>();
        final long deadlineNanos;
        int heldBytes;
        int payloadBytes = -1;

        Datagram(long deadlineNanos) {
            this.deadlineNanos = deadlineNanos;
        }
    }

    private final Map<Key, Datagram> datagrams = new LinkedHashMap<>();

    /** Takes a fragment; the whole packet when this was the last that it lacked, otherwise null. */
    Ipv4Packet add(Ipv4Packet fragment, long nowNanos) {
        datagrams.values().removeIf(datagram -> datagram.deadlineNanos < nowNanos);
        Key key = new Key(fragment.source(), fragment.destination(), fragment.protocol(), fragment.identification());
        int from = fragment.fragmentOffsetBytes();
        int end = from + fragment.payloadBytes();
        boolean ragged = fragment.moreFragments() && fragment.payloadBytes() % 8 != 0;
        if (fragment.payloadBytes() == 0 || ragged || end > MAX_PAYLOAD_BYTES) {
            datagrams.remove(key);
            return null;
        }
        Datagram datagram = datagrams.computeIfAbsent(key, _ -> new Datagram(nowNanos + PATIENCE_NANOS));
        boolean tooMany = datagram.pieces.size() == MAX_FRAGMENTS;
        if (tooMany || overlaps(datagram, from, end) || !agreesOnEnd(datagram, fragment, end)) {
            datagrams.remove(key);
            return null;
        }
        datagram.pieces.put(from, fragment);
        datagram.heldBytes += fragment.payloadBytes();
        if (datagram.heldBytes == datagram.payloadBytes) {
            datagrams.remove(key);
            return whole(datagram);
        }
        if (datagrams.size() > MAX_DATAGRAMS) {
            datagrams.remove(datagrams.keySet().iterator().next());
        }
        return null;
    }

    private static boolean overlaps(Datagram datagram, int from, int end) {
        Map.Entry<Integer, Ipv4Packet> before = datagram.pieces.lowerEntry(end);
        return before != null && before.getKey() + before.getValue().payloadBytes() > from;
    }

    private static boolean agreesOnEnd(Datagram datagram, Ipv4Packet fragment, int end) {
        if (!fragment.moreFragments()) {
            boolean consistent =
                    datagram.payloadBytes < 0 && (datagram.pieces.isEmpty() || datagram.pieces.lastKey() < end);
            datagram.payloadBytes = end;
            return consistent;
        }
        return datagram.payloadBytes < 0 || end < datagram.payloadBytes;
    }

    /** The packet with the first fragment's header, freed of options and of fragmentation. */
    private static Ipv4Packet whole(Datagram datagram) {
        byte[] bytes = new byte[Ipv4Packet.HEADER_BYTES + datagram.payloadBytes];
        Ipv4Packet first = datagram.pieces.firstEntry().getValue();
        System.arraycopy(first.bytes(), first.header(), bytes, 0, Ipv4Packet.HEADER_BYTES);
        Wire.put8(bytes, 0, 0x45);
        Wire.put16(bytes, 2, bytes.length);
        Wire.put16(bytes, 6, 0);
        Wire.put16(bytes, 10, 0);
        Wire.put16(bytes, 10, Checksums.finish(Checksums.sum(bytes, 0, Ipv4Packet.HEADER_BYTES, 0)));
        datagram.pieces.forEach((from, piece) -> System.arraycopy(
                piece.bytes(), piece.payload(), bytes, Ipv4Packet.HEADER_BYTES + from, piece.payloadBytes()));
        return new Ipv4Packet(bytes, 0, Ipv4Packet.HEADER_BYTES, datagram.payloadBytes);
    }
}

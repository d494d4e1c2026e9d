package dev.retrovisor.cli.gdb;

import java.util.List;

/** Memory. */
final class MemoryPackets implements PacketGroup {
    private static final int MOST_READ = Packets.MOST_BYTES / 2;

    /** Without words: before its release 16 gdb would take them for content. */
    private static final String NOTHING_THERE = "E14";

    private final Session session;

    MemoryPackets(Session session) {
        this.session = session;
    }

    @Override
    public List<Row> rows() {
        return List.of(
                new Row("m", arguments -> {
                    byte[] bytes = read(arguments);
                    return bytes.length == 0 ? NOTHING_THERE : Hex.text(bytes);
                }),
                new Row("x", arguments -> {
                    byte[] bytes = read(arguments);
                    return bytes.length == 0 ? NOTHING_THERE : "b" + Packets.escaped(bytes);
                }),
                new Row("M", arguments -> write(arguments, Hex.bytes(behindColon(arguments)))),
                new Row("X", arguments -> write(arguments, Packets.unescaped(behindColon(arguments)))),
                new Row("qCRC", this::checksum));
    }

    /** An address and a length. */
    private record Range(long address, int lengthBytes) {
        static Range parse(String text) {
            int comma = text.indexOf(',');
            if (comma < 0) {
                throw new GdbError("no length in '%s'".formatted(text));
            }
            return new Range(
                    Hex.number(text.substring(0, comma)), Hex.number(text.substring(comma + 1), Integer.MAX_VALUE));
        }
    }

    private byte[] read(String arguments) {
        Range range = Range.parse(arguments);
        if (range.lengthBytes() == 0) {
            return new byte[0];
        }
        return session.target().read(session.thread(), range.address(), Math.min(range.lengthBytes(), MOST_READ));
    }

    private String write(String arguments, byte[] bytes) {
        Range range = Range.parse(arguments.substring(0, arguments.indexOf(':')));
        if (bytes.length != range.lengthBytes()) {
            throw new GdbError("%d bytes where %d were announced".formatted(bytes.length, range.lengthBytes()));
        }
        if (bytes.length > 0) {
            session.target().write(session.thread(), range.address(), bytes);
        }
        return OK; // also to the question whether X is known: nothing, written anywhere
    }

    private static String behindColon(String arguments) {
        int colon = arguments.indexOf(':');
        if (colon < 0) {
            throw new GdbError("no content in '%s'".formatted(arguments));
        }
        return arguments.substring(colon + 1);
    }

    /** What gdb's compare-sections asks for: CRC-32 with the polynomial 0x04c11db7, most significant bit first. */
    private String checksum(String arguments) {
        Range range = Range.parse(arguments.replaceFirst("^:", ""));
        int crc = -1;
        for (int done = 0; done < range.lengthBytes(); ) {
            int wanted = Math.min(range.lengthBytes() - done, MOST_READ);
            byte[] bytes = session.target().read(session.thread(), range.address() + done, wanted);
            if (bytes.length < wanted) {
                return NOTHING_THERE;
            }
            for (byte each : bytes) {
                crc ^= each << 24;
                for (int bit = 0; bit < 8; bit++) {
                    crc = crc < 0 ? crc << 1 ^ 0x04c11db7 : crc << 1;
                }
            }
            done += wanted;
        }
        return "C%x".formatted(crc);
    }
}

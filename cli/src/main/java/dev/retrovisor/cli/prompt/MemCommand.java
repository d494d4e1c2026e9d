package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.UserMistake;
import dev.retrovisor.cli.prompt.CommandRow.Group;
import dev.retrovisor.cli.prompt.Syntax.Kind;
import dev.retrovisor.introspect.inspect.Column;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Shows memory. */
final class MemCommand implements PromptCommand {
    private static final int USUAL_BYTES = 128;
    private static final int MOST_BYTES = 1 << 20;
    private static final int LINE_BYTES = 16;

    /** @param text printable bytes as they are, others as dots */
    private record Line(@Column(Column.Style.HEX) long address, String bytes, String text) {}

    /** @param symbol at the address that the number would be */
    private record Number(
            @Column(Column.Style.HEX) long address,
            @Column(Column.Style.HEX) long value,
            String symbol) {}

    @Override
    public CommandRow row() {
        return CommandRow.of(
                        "mem",
                        Group.LOOKING,
                        "memory in hexadecimal: of the kernel, of the process that is looked at, or of RAM",
                        Syntax.of()
                                .needs("ADDRESS", Kind.ADDRESS)
                                .takes("BYTES", Kind.NUMBER)
                                .optionOf("as", "FORM", "bytes", "words", "longs")
                                .flag("physical"))
                .alias("x", "dump-memory")
                .example("mem $sp 64", "the stack's top")
                .example("mem $sp 256 as longs", "the same as numbers with their symbols")
                .example("mem 0x80200000 physical", "RAM by its own address");
    }

    @Override
    public Reply run(Session session, Arguments arguments) {
        Guest guest = session.guest();
        long address = guest.address(arguments.get("ADDRESS"));
        long length = arguments.count("BYTES", USUAL_BYTES);
        if (length > MOST_BYTES) {
            throw new UserMistake(
                    "%,d bytes: at most %,d at a time; 'search' looks through more".formatted(length, MOST_BYTES));
        }
        byte[] bytes = arguments.has("physical")
                ? physical(guest, address, (int) length)
                : available(guest, address, (int) length);
        if (bytes.length < length) {
            session.output().note("0x%x: nothing is mapped from here on".formatted(address + bytes.length));
        }
        return switch (arguments.find("as").orElse("bytes")) {
            case "words" -> numbers(guest, address, bytes, 4);
            case "longs" -> numbers(guest, address, bytes, 8);
            default -> Reply.rows(Line.class, lines(address, bytes), "(nothing)");
        };
    }

    private static byte[] available(Guest guest, long address, int length) {
        boolean isRam = address >= 0 && !guest.hasLinux();
        if (isRam) {
            return physical(guest, address, length);
        }
        AddressSpace space = guest.space(address);
        byte[] bytes = new byte[length];
        int there = space.readAvailable(address, bytes, length);
        if (there == 0 && guest.images().isPresent() && address >= 0) {
            there = guest.images().get().space().readAvailable(address, bytes, length);
        }
        if (there == 0) {
            throw new MemoryFault(address, "not mapped");
        }
        return Arrays.copyOf(bytes, there);
    }

    private static byte[] physical(Guest guest, long address, int length) {
        var memory = guest.view().memory();
        if (!memory.contains(address, 1)) {
            throw new UserMistake("physical 0x%x: RAM lies from 0x%x to 0x%x"
                    .formatted(address, memory.base(), memory.base() + memory.sizeBytes()));
        }
        int there = (int) Math.min(length, memory.base() + memory.sizeBytes() - address);
        byte[] bytes = new byte[there];
        memory.read(address, bytes, 0, there);
        return bytes;
    }

    private static List<Line> lines(long address, byte[] bytes) {
        var lines = new ArrayList<Line>();
        for (int at = 0; at < bytes.length; at += LINE_BYTES) {
            var hex = new StringBuilder();
            var text = new StringBuilder();
            for (int i = at; i < Math.min(at + LINE_BYTES, bytes.length); i++) {
                hex.append(i > at ? i - at == LINE_BYTES / 2 ? "  " : " " : "").append("%02x".formatted(bytes[i]));
                text.append(bytes[i] >= ' ' && bytes[i] < 0x7f && bytes[i] != '\\' ? (char) bytes[i] : '.');
            }
            lines.add(new Line(address + at, hex.toString(), text.toString()));
        }
        return lines;
    }

    private static Reply numbers(Guest guest, long address, byte[] bytes, int size) {
        var rows = new ArrayList<Number>();
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at + size <= bytes.length; at += size) {
            long value = size == 4 ? Integer.toUnsignedLong(buffer.getInt(at)) : buffer.getLong(at);
            boolean mayPoint = size == 8 && (value < 0 || value > 0x1000);
            rows.add(new Number(address + at, value, mayPoint ? guest.symbolAt(value) : ""));
        }
        return Reply.rows(Number.class, rows, "(nothing)");
    }
}

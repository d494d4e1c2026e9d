package dev.retrovisor.introspect.kernel;

import dev.retrovisor.introspect.symbols.Kallsyms;
import dev.retrovisor.introspect.symbols.Symbol;
import dev.retrovisor.introspect.symbols.Symbols;
import dev.retrovisor.machine.state.Xxh64;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A decoded symbol table in a file, little-endian: magic, three words on where it was decoded from, the image's offset, the
 * number of symbols and of bytes in names; then addresses, lengths of names, types, names; then the XXH64 of all before.
 */
final class SymbolFile {
    /** "RVSYMS", 0, and the format's version. */
    private static final long MAGIC = 0x0100_534d_5953_5652L;

    private static final int HEADER_BYTES = 48;
    private static final int HASH_BYTES = 8;
    private static final int BYTES_A_SYMBOL = 8 + 2 + 1;
    private static final long MOST_BYTES = 128 << 20;

    private SymbolFile() {}

    /**
     * A table and where it comes from.
     *
     * @param tableAddress physical address of the kernel's own table
     * @param tableHash XXH64 of its bytes
     */
    record Content(long tableAddress, long tableBytes, long tableHash, Kallsyms.Found found) {}

    static byte[] encode(Content content) {
        List<Symbol> symbols = content.found().symbols().all().toList();
        int nameBytes =
                symbols.stream().mapToInt(symbol -> symbol.name().length()).sum();
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + BYTES_A_SYMBOL * symbols.size() + nameBytes + HASH_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(MAGIC)
                .putLong(content.tableAddress())
                .putLong(content.tableBytes())
                .putLong(content.tableHash())
                .putLong(content.found().physicalOffset())
                .putInt(symbols.size())
                .putInt(nameBytes);
        symbols.forEach(symbol -> bytes.putLong(symbol.address()));
        symbols.forEach(symbol -> bytes.putShort((short) symbol.name().length()));
        symbols.forEach(symbol -> bytes.put((byte) symbol.type()));
        symbols.forEach(symbol -> bytes.put(symbol.name().getBytes(StandardCharsets.ISO_8859_1)));
        return bytes.putLong(Xxh64.hash(bytes.array(), 0, bytes.position(), 0)).array();
    }

    /** @throws IllegalArgumentException with what is wrong, if this is no such file or a damaged one */
    static Content read(Path file) throws IOException {
        long size = Files.size(file);
        require(size >= HEADER_BYTES + HASH_BYTES && size <= MOST_BYTES, "has %,d bytes".formatted(size));
        byte[] all = Files.readAllBytes(file);
        ByteBuffer bytes = ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN);
        require(all.length == size && bytes.getLong() == MAGIC, "is no symbol table of this version");
        int content = all.length - HASH_BYTES;
        require(bytes.getLong(content) == Xxh64.hash(all, 0, content, 0), "is damaged");
        long tableAddress = bytes.getLong();
        long tableBytes = bytes.getLong();
        long tableHash = bytes.getLong();
        long physicalOffset = bytes.getLong();
        int count = bytes.getInt();
        int nameBytes = bytes.getInt();
        require(
                count >= 0
                        && nameBytes >= 0
                        && tableBytes >= 0
                        && HEADER_BYTES + (long) BYTES_A_SYMBOL * count + nameBytes == content,
                "says %,d symbols, %,d bytes of names".formatted(count, nameBytes));
        long[] addresses = new long[count];
        bytes.asLongBuffer().get(addresses);
        int lengths = HEADER_BYTES + 8 * count;
        int types = lengths + 2 * count;
        int at = types + count;
        String[] names = new String[count];
        char[] letters = new char[count];
        for (int i = 0; i < count; i++) {
            int length = bytes.getShort(lengths + 2 * i) & 0xffff;
            require(length <= content - at, "has names that end behind it");
            names[i] = new String(all, at, length, StandardCharsets.ISO_8859_1);
            letters[i] = (char) (all[types + i] & 0xff);
            at += length;
        }
        var found = new Kallsyms.Found(new Symbols(names, letters, addresses), physicalOffset);
        return new Content(tableAddress, tableBytes, tableHash, found);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}

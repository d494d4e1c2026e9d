package dev.retrovisor.traces;

import dev.retrovisor.machine.state.PageSpace;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** The layout of a file of pages and of its records, which readers and writers share. */
final class PageRecord {
    static final int PAGE_BYTES = PageSpace.PAGE_BYTES;
    static final int FILE_HEADER_BYTES = 16;
    static final int HEADER_BYTES = 16;
    static final int CRC_OFFSET = 4;
    static final int MOST_BYTES = HEADER_BYTES + PAGE_BYTES;

    /** "RVP1" in the file. */
    private static final int MAGIC = 0x31505652;

    private static final int VERSION = 1;
    private static final String SUFFIX = ".rvp";

    /** The file that has number 0, the only one that builds before this one knew. */
    private static final String FIRST = "pages" + SUFFIX;

    private static final String OTHERS = "pages-";

    private PageRecord() {}

    /** What the file with this number is called. */
    static String fileName(long id) {
        return id == 0 ? FIRST : "%s%016x%s".formatted(OTHERS, id, SUFFIX);
    }

    /** Whether a file's name is one of {@link #fileName}. */
    static boolean isFileName(String name) {
        return name.equals(FIRST) || name.matches(OTHERS + "[0-9a-f]{16}\\" + SUFFIX);
    }

    static ByteBuffer fileHeader(long id) {
        return ByteBuffer.allocate(FILE_HEADER_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(MAGIC)
                .putInt(VERSION)
                .putLong(id)
                .flip();
    }

    /** @throws TraceFormatException if it is another one's, or none */
    static void requireFileHeader(String file, ByteBuffer header, long id) {
        if (!header.equals(fileHeader(id))) {
            throw new TraceFormatException(
                    "%s, offset 0: found magic 0x%08x, version %d, number %016x, expected 0x%08x, %d, %016x"
                            .formatted(
                                    file, header.getInt(0), header.getInt(4), header.getLong(8), MAGIC, VERSION, id));
        }
    }

    /**
     * The checksum of a record.
     *
     * @param header the record's; also the room for what is summed of it
     */
    static int crc(CRC32C crc, ByteBuffer header, byte[] stored, int storedBytes) {
        crc.reset();
        // Length and hash side by side: a call costs as much as 500 bytes.
        int recorded = header.getInt(CRC_OFFSET);
        header.putInt(CRC_OFFSET, header.getInt(0));
        crc.update(header.array(), CRC_OFFSET, HEADER_BYTES - CRC_OFFSET);
        header.putInt(CRC_OFFSET, recorded);
        crc.update(stored, 0, storedBytes);
        return (int) crc.getValue();
    }
}

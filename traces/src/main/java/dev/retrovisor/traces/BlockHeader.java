package dev.retrovisor.traces;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The fixed part of a block, {@value #BYTES} bytes. The first {@value #FACT_BYTES} say what the block means and are in
 * the hash chain, the others say how it is stored.
 *
 * @param sequence 0, 1, 2... in its log
 * @param first position against which the block's first entry is coded
 * @param through the machine has run to here, and everything before is in this block or an earlier one
 * @param peerBlocks blocks that the other log had when this one was written
 * @param chain SHA-256 of the chain value before, the facts and the content
 * @param storedBytes length in the file; less than {@code contentBytes} if packed with LZ4
 * @param contentCrc CRC32C of the stored bytes
 */
record BlockHeader(
        LogKind log,
        BlockKind kind,
        long sequence,
        Position first,
        Position through,
        long peerBlocks,
        int contentBytes,
        int entryCount,
        byte[] chain,
        int storedBytes,
        int contentCrc) {

    static final int BYTES = 108;
    static final int FACT_BYTES = 64;
    /** "RVB1" in the file. */
    static final int MAGIC = 0x31425652;

    private static final int HEADER_CRC_AT = 104;

    /** Writes the header; the chain value is computed from {@code previousChain} and {@code content}, not taken. */
    byte[] encode(MessageDigest sha256, byte[] previousChain, byte[] content) {
        var out = new byte[BYTES];
        ByteBuffer.wrap(out)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(MAGIC)
                .put((byte) log.code())
                .put((byte) kind.code())
                .putShort((short) 0)
                .putLong(sequence)
                .putLong(first.step())
                .putLong(first.virtualNanos())
                .putLong(through.step())
                .putLong(through.virtualNanos())
                .putLong(peerBlocks)
                .putInt(contentBytes)
                .putInt(entryCount)
                .put(chainOf(sha256, previousChain, out, content, contentBytes))
                .putInt(storedBytes)
                .putInt(contentCrc)
                .putInt(HEADER_CRC_AT, crc(out, 0, HEADER_CRC_AT));
        return out;
    }

    /**
     * The chain value of a block whose header begins at the start of {@code header}.
     *
     * @param sha256 to compute it with: one a log, since Java's providers take longer to find one than it to hash
     */
    static byte[] chainOf(MessageDigest sha256, byte[] previousChain, byte[] header, byte[] content, int contentBytes) {
        sha256.update(previousChain);
        sha256.update(header, 0, FACT_BYTES);
        sha256.update(content, 0, contentBytes);
        return sha256.digest();
    }

    static int crc(byte[] bytes, int offset, int lengthBytes) {
        var crc = new CRC32C();
        crc.update(bytes, offset, lengthBytes);
        return (int) crc.getValue();
    }

    /** Whether a header that was not damaged begins here: for looking for blocks where none should be. */
    static boolean isAt(byte[] bytes, int offset) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        return in.getInt(offset) == MAGIC && in.getInt(offset + HEADER_CRC_AT) == crc(bytes, offset, HEADER_CRC_AT);
    }

    static long sequenceAt(byte[] bytes, int offset) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(offset + 8);
    }

    /**
     * Reads and checks a header by itself.
     *
     * @param excerptBytes length of the excerpt that begins with it
     */
    static BlockHeader decode(Path file, long offset, byte[] bytes, int excerptBytes, LogKind log) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        require(file, offset, in.getInt(0) == MAGIC, "magic 0x%08x".formatted(in.getInt(0)), "a block, 0x31425652");
        int headerCrc = crc(bytes, 0, HEADER_CRC_AT);
        int foundCrc = in.getInt(HEADER_CRC_AT);
        require(
                file,
                offset,
                foundCrc == headerCrc,
                "header CRC32C 0x%08x".formatted(foundCrc),
                "0x%08x".formatted(headerCrc));
        BlockKind kind = BlockKind.ofCode(in.get(5));
        require(file, offset, kind != null, "block kind " + in.get(5), "0, 1 or 2");
        require(file, offset, in.get(4) == log.code(), "a block of log " + in.get(4), "log " + log.code());
        var header = new BlockHeader(
                log,
                kind,
                in.getLong(8),
                new Position(in.getLong(16), in.getLong(24)),
                new Position(in.getLong(32), in.getLong(40)),
                in.getLong(48),
                in.getInt(56),
                in.getInt(60),
                Arrays.copyOfRange(bytes, FACT_BYTES, FACT_BYTES + TraceLayout.HASH_BYTES),
                in.getInt(96),
                in.getInt(100));
        header.checkRanges(file, offset, excerptBytes);
        return header;
    }

    private void checkRanges(Path file, long offset, int excerptBytes) {
        require(
                file,
                offset,
                storedBytes == excerptBytes - BYTES,
                storedBytes + " stored bytes",
                (excerptBytes - BYTES) + ", the length of the excerpt less the header");
        require(
                file,
                offset,
                contentBytes >= 0
                        && contentBytes <= TraceLayout.MAX_CONTENT_BYTES
                        && Lz4.plausible(contentBytes, storedBytes),
                contentBytes + " content bytes in " + storedBytes + " stored",
                "at most " + TraceLayout.MAX_CONTENT_BYTES + " and what LZ4 can make of them");
        require(
                file,
                offset,
                entryCount >= 0 && entryCount <= contentBytes,
                entryCount + " entries",
                "one a byte at most");
        require(
                file,
                offset,
                first.step() >= 0 && through.step() >= first.step() && peerBlocks >= 0,
                "steps " + first.step() + " to " + through.step() + " with " + peerBlocks + " peer blocks",
                "ascending steps");
    }

    private static void require(Path file, long offset, boolean holds, String found, String expected) {
        if (!holds) {
            throw new TraceFormatException(file, offset, found, expected);
        }
    }
}

package dev.retrovisor.traces;

import java.security.MessageDigest;
import java.util.Arrays;

/** Reads the blocks of one log in order and checks each: number, checksums, chain, packing. */
final class BlockReader implements AutoCloseable {
    private final LogKind log;
    private final QueueWalker walker;
    private final MessageDigest sha256 = Hashes.newSha256();
    private final byte[] headerBytes = new byte[BlockHeader.BYTES];
    private byte[] chain = new byte[TraceLayout.HASH_BYTES];
    private byte[] previousChain = chain;
    private long blocks;
    private BlockHeader header;

    BlockReader(LogKind log, QueueWalker walker) {
        this.log = log;
        this.walker = walker;
    }

    /** Blocks whose headers were read. */
    long blocks() {
        return blocks;
    }

    /** The chain value of the last block. */
    byte[] chain() {
        return chain;
    }

    /** Reads the next block's header, or returns null if there is none yet. */
    BlockHeader next() {
        if (!walker.advance()) {
            return null;
        }
        long offset = walker.excerptOffset();
        int excerptBytes = walker.excerptBytes();
        if (excerptBytes < BlockHeader.BYTES) {
            throw new TraceFormatException(
                    walker.file(), offset, "an excerpt of " + excerptBytes + " bytes", "a block of at least 108");
        }
        walker.read(0, headerBytes, BlockHeader.BYTES);
        header = BlockHeader.decode(walker.file(), offset, headerBytes, excerptBytes, log);
        if (header.sequence() != blocks || (header.kind() == BlockKind.START) != (blocks == 0)) {
            throw new TraceFormatException(
                    walker.file(), offset, header.kind() + " block " + header.sequence(), "block " + blocks);
        }
        previousChain = chain;
        chain = header.chain();
        blocks++;
        return header;
    }

    /** The content of the block whose header was read last, checked against its checksum and the chain. */
    ByteSource content() {
        long offset = walker.excerptOffset() + BlockHeader.BYTES;
        var stored = new byte[header.storedBytes()];
        walker.read(BlockHeader.BYTES, stored, stored.length);
        int crc = BlockHeader.crc(stored, 0, stored.length);
        if (crc != header.contentCrc()) {
            throw new TraceFormatException(
                    walker.file(),
                    offset,
                    "content with CRC32C 0x%08x".formatted(crc),
                    "0x%08x".formatted(header.contentCrc()));
        }
        var content = new byte[header.contentBytes()];
        if (!Lz4.unpack(stored, 0, stored.length, content, content.length)) {
            throw new TraceFormatException(
                    walker.file(),
                    offset,
                    "bytes that are not LZ4 of that length",
                    content.length + " bytes of content");
        }
        byte[] computed = BlockHeader.chainOf(sha256, previousChain, headerBytes, content, content.length);
        if (!Arrays.equals(computed, header.chain())) {
            throw new TraceFormatException(
                    walker.file(),
                    offset,
                    "chain value " + Hashes.hex(header.chain()),
                    Hashes.hex(computed) + ", which follows from the blocks before");
        }
        return new ByteSource("%s, block %d at offset %d".formatted(walker.file(), header.sequence(), offset), content);
    }

    /**
     * Checks that nothing stands behind the end of the log. Blocks that follow in order may be there and are left for
     * {@link #next}: a writer that is killed between its two logs leaves such ones.
     */
    void requireNothingBehind() {
        long mark = walker.mark();
        byte[] chainMark = chain;
        long blocksMark = blocks;
        while (next() != null) {
            // checked by itself
        }
        walker.requireNothingBehind(blocks);
        walker.reset(mark);
        chain = chainMark;
        blocks = blocksMark;
    }

    TraceFormatException bad(String found, String expected) {
        return new TraceFormatException(walker.file(), walker.excerptOffset(), found, expected);
    }

    @Override
    public void close() {
        walker.close();
    }
}

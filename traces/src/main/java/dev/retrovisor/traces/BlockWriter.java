package dev.retrovisor.traces;

import java.security.MessageDigest;
import java.util.Arrays;

/** Writes the blocks of one log: packs, numbers, chains. */
final class BlockWriter implements AutoCloseable {
    private final LogKind log;
    private final QueueFile file;
    private final Lz4 lz4 = new Lz4();
    private final MessageDigest sha256 = Hashes.newSha256();
    private byte[] chain = new byte[TraceLayout.HASH_BYTES];
    private long blocks;

    BlockWriter(LogKind log, QueueFile file) {
        this.log = log;
        this.file = file;
    }

    /** Blocks written so far. */
    long blocks() {
        return blocks;
    }

    /** The chain value of the last block. */
    byte[] chain() {
        return chain;
    }

    void write(BlockKind kind, Position first, Position through, long peerBlocks, int entryCount, ByteSink content) {
        int contentBytes = content.length();
        int storedBytes = lz4.pack(content.buffer(), contentBytes);
        byte[] header = new BlockHeader(
                        log,
                        kind,
                        blocks,
                        first,
                        through,
                        peerBlocks,
                        contentBytes,
                        entryCount,
                        null,
                        storedBytes,
                        BlockHeader.crc(lz4.stored(), 0, storedBytes))
                .encode(sha256, chain, content.buffer());
        if (kind == BlockKind.END) {
            file.appendLast(header, lz4.stored(), storedBytes);
        } else {
            file.append(header, lz4.stored(), storedBytes);
        }
        chain = Arrays.copyOfRange(header, BlockHeader.FACT_BYTES, BlockHeader.FACT_BYTES + TraceLayout.HASH_BYTES);
        blocks++;
    }

    @Override
    public void close() {
        file.close();
    }
}

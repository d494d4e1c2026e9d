package dev.retrovisor.traces;

import java.nio.file.Path;
import java.util.Arrays;

/**
 * One checkpoint's file: magic and version, then three records (facts, sections, page index), each packed with LZ4 and
 * under a CRC32C. Written whole and renamed, so that what has the name is complete.
 */
final class CheckpointFile {
    static final String SUFFIX = ".rvc";

    /** The most that sections or a page index may take: 64 Mi pages with a few bytes each. */
    private static final int MAX_RECORD_BYTES = 256 << 20;
    /** "RVC1" in the file. */
    private static final int MAGIC = 0x31435652;

    private static final int RECORD_HEADER_BYTES = 12;
    private static final int CRC_BYTES = 4;

    private CheckpointFile() {}

    /** A checkpoint file that was read. */
    record Content(Checkpoint checkpoint, byte[] sections, ByteSource index) {}

    static void write(Path file, byte[] manifestHash, Checkpoint checkpoint, byte[] sections, ByteSink index) {
        var facts = new ByteSink(256);
        facts.putRaw(manifestHash, 0, manifestHash.length);
        facts.putString(checkpoint.name());
        facts.putVarint(checkpoint.position().step());
        facts.putZigzag(checkpoint.position().virtualNanos());
        facts.putVarint(checkpoint.inputs());
        facts.putVarint(checkpoint.entries());
        facts.putVarint(checkpoint.stateBytes());
        facts.putVarint(checkpoint.pages());
        var out = new ByteSink(64 * 1024);
        out.putInt(MAGIC);
        out.putInt(TraceLayout.VERSION);
        var lz4 = new Lz4();
        putRecord(out, lz4, facts.buffer(), facts.length());
        putRecord(out, lz4, sections, sections.length);
        putRecord(out, lz4, index.buffer(), index.length());
        TraceFiles.writeWhole(file, out.toByteArray());
    }

    static Content read(Path file, byte[] manifestHash) {
        byte[] bytes = TraceFiles.readBounded(file, 2L * MAX_RECORD_BYTES);
        var in = new ByteSource(file.toString(), bytes, 0, bytes.length);
        int magic = in.getInt();
        int version = in.getInt();
        if (magic != MAGIC || version != TraceLayout.VERSION) {
            throw new TraceFormatException(
                    file,
                    0,
                    "magic 0x%08x, version %d".formatted(magic, version),
                    "0x%08x, %d".formatted(MAGIC, TraceLayout.VERSION));
        }
        ByteSource facts = getRecord(file, bytes, in);
        ByteSource sections = getRecord(file, bytes, in);
        ByteSource index = getRecord(file, bytes, in);
        in.requireEnd();
        Checkpoint checkpoint = facts(file, facts, manifestHash);
        if (checkpoint.stateBytes() != sections.remaining()) {
            throw facts.bad(checkpoint.stateBytes() + " bytes of state", sections.remaining() + " bytes");
        }
        return new Content(checkpoint, sections.getRaw(sections.remaining()), index);
    }

    private static Checkpoint facts(Path file, ByteSource facts, byte[] manifestHash) {
        byte[] hash = facts.getRaw(TraceLayout.HASH_BYTES);
        if (!Arrays.equals(hash, manifestHash)) {
            throw facts.bad("a checkpoint of trace " + Hashes.hex(hash), Hashes.hex(manifestHash));
        }
        String name = facts.getString();
        if (!file.getFileName().toString().equals(name + SUFFIX)) {
            throw facts.bad("checkpoint '" + name + "'", "the file's name");
        }
        var position = new Position(facts.getVarint(), facts.getZigzag());
        long inputs = facts.getVarint();
        long entries = facts.getVarint();
        long stateBytes = facts.getVarint();
        long pages = facts.getVarint();
        facts.requireEnd();
        if (position.step() < 0 || inputs < 0 || entries < 0 || stateBytes != (int) stateBytes || pages < 0) {
            throw facts.bad("numbers past 63 bits", "counts");
        }
        return new Checkpoint(name, position, inputs, entries, (int) stateBytes, pages);
    }

    private static void putRecord(ByteSink out, Lz4 lz4, byte[] content, int contentBytes) {
        if (contentBytes > MAX_RECORD_BYTES) {
            throw new IllegalArgumentException(
                    "a checkpoint record of %d bytes: at most %d".formatted(contentBytes, MAX_RECORD_BYTES));
        }
        int storedBytes = lz4.pack(content, contentBytes);
        int at = out.length();
        out.putInt(0);
        out.putInt(contentBytes);
        out.putInt(storedBytes);
        out.putRaw(lz4.stored(), 0, storedBytes);
        out.setInt(at, BlockHeader.crc(out.buffer(), at + CRC_BYTES, out.length() - at - CRC_BYTES));
    }

    private static ByteSource getRecord(Path file, byte[] bytes, ByteSource in) {
        int at = in.take(RECORD_HEADER_BYTES);
        var header = new ByteSource(file.toString(), bytes, at, RECORD_HEADER_BYTES);
        int crc = header.getInt();
        int contentBytes = header.getInt();
        int storedBytes = header.getInt();
        if (contentBytes < 0 || contentBytes > MAX_RECORD_BYTES || !Lz4.plausible(contentBytes, storedBytes)) {
            throw new TraceFormatException(
                    file,
                    at,
                    contentBytes + " content bytes in " + storedBytes + " stored",
                    "what LZ4 can make of them");
        }
        int storedAt = in.take(storedBytes);
        int computed = BlockHeader.crc(bytes, at + CRC_BYTES, RECORD_HEADER_BYTES - CRC_BYTES + storedBytes);
        if (computed != crc) {
            throw new TraceFormatException(
                    file, at, "a record with CRC32C 0x%08x".formatted(computed), "0x%08x".formatted(crc));
        }
        var content = new byte[contentBytes];
        if (!Lz4.unpack(bytes, storedAt, storedBytes, content, contentBytes)) {
            throw new TraceFormatException(
                    file, storedAt, "bytes that are not LZ4 of that length", contentBytes + " bytes");
        }
        return new ByteSource(file.toString(), content, 0, contentBytes);
    }
}

package dev.retrovisor.traces;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * One checkpoint's file: magic and version, then three records (facts, sections, page index), each packed with LZ4 and
 * under a CRC32C. Written whole and renamed, so that what has the name is complete.
 */
final class CheckpointFile {
    static final String SUFFIX = ".rvc";

    /** A hash, a name and a few numbers. */
    private static final int MAX_FACTS_BYTES = 4096;

    /** The most that sections or a page index may take: 64 Mi pages with a few bytes each. */
    private static final int MAX_RECORD_BYTES = 256 << 20;
    /** "RVC1" in the file. */
    private static final int MAGIC = 0x31435652;
    private static final int VERSION = 1;

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
        out.putInt(VERSION);
        var lz4 = new Lz4();
        putRecord(out, lz4, facts.buffer(), facts.length());
        putRecord(out, lz4, sections, sections.length);
        putRecord(out, lz4, index.buffer(), index.length());
        TraceFiles.writeWhole(file, out.toByteArray());
    }

    /** Reads the facts alone: a few hundred bytes of a file that may be large. */
    static Checkpoint readFacts(Path file, byte[] manifestHash) {
        try (var in = open(file)) {
            return facts(file, readRecord(file, in, MAX_FACTS_BYTES), manifestHash);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Content read(Path file, byte[] manifestHash) {
        try (var in = open(file)) {
            ByteSource facts = readRecord(file, in, MAX_FACTS_BYTES);
            Checkpoint checkpoint = facts(file, facts, manifestHash);
            ByteSource sections = readRecord(file, in, MAX_RECORD_BYTES);
            ByteSource index = readRecord(file, in, MAX_RECORD_BYTES);
            if (in.read() >= 0) {
                throw new TraceFormatException("%s: found bytes behind the last record, expected none".formatted(file));
            }
            if (checkpoint.stateBytes() != sections.remaining()) {
                throw facts.bad(checkpoint.stateBytes() + " bytes of state", sections.remaining() + " bytes");
            }
            return new Content(checkpoint, sections.getRaw(sections.remaining()), index);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream open(Path file) throws IOException {
        TraceFiles.requireRegular(file);
        var in = new BufferedInputStream(Files.newInputStream(file));
        try {
            var header = new ByteSource(file.toString(), in.readNBytes(2 * Integer.BYTES));
            int magic = header.getInt();
            int version = header.getInt();
            if (magic != MAGIC || version != VERSION) {
                throw new TraceFormatException(
                        file,
                        0,
                        "magic 0x%08x, version %d".formatted(magic, version),
                        "0x%08x, %d".formatted(MAGIC, VERSION));
            }
            return in;
        } catch (RuntimeException | IOException e) {
            in.close();
            throw e;
        }
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

    private static ByteSource readRecord(Path file, InputStream in, int maxBytes) throws IOException {
        byte[] headerBytes = in.readNBytes(RECORD_HEADER_BYTES);
        var header = new ByteSource(file.toString(), headerBytes);
        int crc = header.getInt();
        int contentBytes = header.getInt();
        int storedBytes = header.getInt();
        if (contentBytes < 0 || contentBytes > maxBytes || !Lz4.plausible(contentBytes, storedBytes)) {
            throw header.bad(
                    contentBytes + " content bytes in " + storedBytes + " stored",
                    "at most " + maxBytes + " and what LZ4 can make of them");
        }
        // Grows with what is there: a length that lies takes no memory.
        byte[] stored = in.readNBytes(storedBytes);
        if (stored.length < storedBytes) {
            throw header.bad(stored.length + " stored bytes", Integer.toString(storedBytes));
        }
        var computed = new CRC32C();
        computed.update(headerBytes, CRC_BYTES, RECORD_HEADER_BYTES - CRC_BYTES);
        computed.update(stored);
        if ((int) computed.getValue() != crc) {
            throw header.bad(
                    "a record with CRC32C 0x%08x".formatted((int) computed.getValue()), "0x%08x".formatted(crc));
        }
        var content = new byte[contentBytes];
        if (!Lz4.unpack(stored, 0, storedBytes, content, contentBytes)) {
            throw header.bad("bytes that are not LZ4 of that length", contentBytes + " bytes");
        }
        return new ByteSource(file.toString(), content);
    }
}

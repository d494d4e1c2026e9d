package dev.retrovisor.traces;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongUnaryOperator;
import java.util.zip.CRC32C;

/**
 * One checkpoint's file: magic and version, then three records (facts, sections, page maps), each packed with LZ4 and
 * under a CRC32C. Written whole and renamed, so that what has the name is complete.
 */
final class CheckpointFile {
    static final String SUFFIX = ".rvc";
    static final int MAX_NOTE_BYTES = 1024;

    /** A hash, a name, a note and a few numbers. */
    private static final int MAX_FACTS_BYTES = 4096;

    /** The most that sections or page maps may take: 64 Mi pages with a few bytes each. */
    private static final int MAX_RECORD_BYTES = 256 << 20;

    /** "RVC1" in the file, and the version behind it. */
    private static final int FIRST_MAGIC = 0x31435652;

    private static final int FIRST_VERSION = 1;

    /** "RVC2". */
    private static final int MAGIC = 0x32435652;

    private static final int VERSION = 2;
    private static final int AUTOMATIC = 1;
    private static final int RECORD_HEADER_BYTES = 12;
    private static final int CRC_BYTES = 4;

    private CheckpointFile() {}

    /**
     * What a checkpoint file says first.
     *
     * @param pagesId number of the file in which its pages are
     */
    record Facts(Checkpoint checkpoint, long pagesId) {}

    /** A checkpoint file that was read; the maps' names are to be made from offsets yet. */
    record Content(Facts facts, byte[] sections, ByteSource maps, boolean isFirstVersion) {
        List<PageMap> maps(LongUnaryOperator nameOf) {
            return isFirstVersion ? PageMapCodec.decodeFirstVersion(maps, nameOf) : PageMapCodec.decode(maps, nameOf);
        }
    }

    static void write(Path file, byte[] manifestHash, Facts facts, byte[] sections, ByteSink maps) {
        Checkpoint checkpoint = facts.checkpoint();
        var out = new ByteSink(64 * 1024);
        out.putInt(MAGIC);
        out.putInt(VERSION);
        var content = new ByteSink(256);
        content.putRaw(manifestHash, 0, manifestHash.length);
        content.putString(checkpoint.name());
        content.putVarint(checkpoint.position().step());
        content.putZigzag(checkpoint.position().virtualNanos());
        content.putVarint(checkpoint.inputs());
        content.putVarint(checkpoint.entries());
        content.putVarint(checkpoint.stateBytes());
        content.putVarint(checkpoint.pages());
        content.putLong(facts.pagesId());
        content.putByte(checkpoint.automatic() ? AUTOMATIC : 0);
        content.putString(checkpoint.note());
        var lz4 = new Lz4();
        putRecord(out, lz4, content.buffer(), content.length());
        putRecord(out, lz4, sections, sections.length);
        putRecord(out, lz4, maps.buffer(), maps.length());
        TraceFiles.writeWhole(file, out.toByteArray());
    }

    /** Reads the facts alone: a few hundred bytes of a file that may be large. */
    static Facts readFacts(Path file, byte[] manifestHash) throws IOException {
        try (var in = Files.newInputStream(requireRegular(file))) {
            boolean first = readIsFirstVersion(file, in);
            return facts(file, first, readRecord(file, in, MAX_FACTS_BYTES), manifestHash);
        }
    }

    static Content read(Path file, byte[] manifestHash) throws IOException {
        try (var in = new BufferedInputStream(Files.newInputStream(requireRegular(file)))) {
            boolean first = readIsFirstVersion(file, in);
            ByteSource source = readRecord(file, in, MAX_FACTS_BYTES);
            Facts facts = facts(file, first, source, manifestHash);
            ByteSource sections = readRecord(file, in, MAX_RECORD_BYTES);
            ByteSource maps = readRecord(file, in, MAX_RECORD_BYTES);
            if (in.read() >= 0) {
                throw new TraceFormatException("%s: found bytes behind the last record, expected none".formatted(file));
            }
            if (facts.checkpoint().stateBytes() != sections.remaining()) {
                throw source.bad(facts.checkpoint().stateBytes() + " bytes of state", sections.remaining() + " bytes");
            }
            return new Content(facts, sections.getRaw(sections.remaining()), maps, first);
        }
    }

    /** One that is not there is left to the opening: it may have been deleted just now. */
    private static Path requireRegular(Path file) {
        if (Files.exists(file)) {
            TraceFiles.requireRegular(file);
        }
        return file;
    }

    private static boolean readIsFirstVersion(Path file, InputStream in) throws IOException {
        var header = new ByteSource(file.toString(), in.readNBytes(2 * Integer.BYTES));
        int magic = header.getInt();
        int version = header.getInt();
        boolean first = magic == FIRST_MAGIC && version == FIRST_VERSION;
        if (!first && (magic != MAGIC || version != VERSION)) {
            throw new TraceFormatException(
                    file,
                    0,
                    "magic 0x%08x, version %d".formatted(magic, version),
                    "0x%08x, %d, or 0x%08x, %d".formatted(MAGIC, VERSION, FIRST_MAGIC, FIRST_VERSION));
        }
        return first;
    }

    private static Facts facts(Path file, boolean firstVersion, ByteSource in, byte[] manifestHash) {
        byte[] hash = in.getRaw(TraceLayout.HASH_BYTES);
        if (!Arrays.equals(hash, manifestHash)) {
            throw in.bad("a checkpoint of trace " + Hashes.hex(hash), Hashes.hex(manifestHash));
        }
        String name = in.getString();
        if (!file.getFileName().toString().equals(name + SUFFIX) || !Checkpoint.isName(name)) {
            throw in.bad("checkpoint '" + name + "'", "the file's name");
        }
        var position = new Position(in.getVarint(), in.getZigzag());
        long inputs = in.getVarint();
        long entries = in.getVarint();
        long stateBytes = in.getVarint();
        long pages = in.getVarint();
        long pagesId = firstVersion ? 0 : in.getLong();
        int flags = firstVersion ? 0 : in.getByte();
        String note = firstVersion ? "" : in.getString();
        in.requireEnd();
        if (position.step() < 0 || inputs < 0 || entries < 0 || stateBytes != (int) stateBytes || pages < 0) {
            throw in.bad("numbers past 63 bits", "counts");
        }
        if ((flags & ~AUTOMATIC) != 0) {
            throw in.bad("flags " + flags, "only " + AUTOMATIC);
        }
        var checkpoint = new Checkpoint(
                name, position, inputs, entries, (int) stateBytes, pages, (flags & AUTOMATIC) != 0, note);
        return new Facts(checkpoint, pagesId);
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

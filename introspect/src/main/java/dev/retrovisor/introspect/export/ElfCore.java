package dev.retrovisor.introspect.export;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The frame of an ELF core file of a RISC-V machine: header, program headers, notes (System V ABI, "Object Files"). What
 * its segments hold is written behind it by whoever has it.
 */
final class ElfCore {
    static final int NOTE_PRSTATUS = 1;
    static final int NOTE_FLOATING_POINT = 2;
    static final int NOTE_PRPSINFO = 3;
    static final int NOTE_AUXILIARY = 6;
    static final int NOTE_FILES = 0x46494c45;
    static final String OWNER = "CORE";

    static final int READ = 4;
    static final int WRITE = 2;
    static final int EXECUTE = 1;

    /** More do not fit the header's 16 bits. */
    static final int MOST_SEGMENTS = 0xfff0;

    private static final int HEADER_BYTES = 64;
    private static final int PROGRAM_HEADER_BYTES = 56;
    private static final int PAGE_BYTES = 4096;
    private static final short TYPE_CORE = 4;
    private static final short MACHINE_RISCV = 243;
    private static final int SEGMENT_LOAD = 1;
    private static final int SEGMENT_NOTE = 4;

    private final int machineFlags;
    private final ByteArrayOutputStream notes = new ByteArrayOutputStream();
    private final List<Segment> segments = new ArrayList<>();

    /**
     * Memory in the file.
     *
     * @param content place of the first byte among the contents of all segments
     * @param fileBytes how much of it the file has, from its beginning
     */
    private record Segment(
            long virtualAddress, long physicalAddress, long memoryBytes, long fileBytes, long content, int access) {}

    /** @param machineFlags {@code e_flags}: which extensions and calling convention the program has */
    ElfCore(int machineFlags) {
        this.machineFlags = machineFlags;
    }

    void note(String owner, int type, byte[] content) {
        byte[] name = (owner + "\0").getBytes(StandardCharsets.US_ASCII);
        notes.writeBytes(little(12)
                .putInt(name.length)
                .putInt(content.length)
                .putInt(type)
                .array());
        notes.writeBytes(padded(name));
        notes.writeBytes(padded(content));
    }

    private static byte[] padded(byte[] bytes) {
        return Arrays.copyOf(bytes, bytes.length + 3 & ~3);
    }

    /** Adds memory; {@code content} is where its bytes begin behind the frame. */
    void segment(
            long virtualAddress, long physicalAddress, long memoryBytes, long fileBytes, long content, int access) {
        segments.add(new Segment(virtualAddress, physicalAddress, memoryBytes, fileBytes, content, access));
    }

    int segmentCount() {
        return segments.size();
    }

    /** Writes the frame, up to where the contents begin. */
    void write(SparseFile out) throws IOException {
        long noteOffset = HEADER_BYTES + (long) PROGRAM_HEADER_BYTES * (segments.size() + 1);
        long contents = noteOffset + notes.size() + PAGE_BYTES - 1 & -PAGE_BYTES;
        out.write(header());
        out.write(programHeader(SEGMENT_NOTE, 0, noteOffset, 0, 0, notes.size(), 0, 4));
        for (Segment each : segments) {
            out.write(programHeader(
                    SEGMENT_LOAD,
                    each.access(),
                    contents + each.content(),
                    each.virtualAddress(),
                    each.physicalAddress(),
                    each.fileBytes(),
                    each.memoryBytes(),
                    PAGE_BYTES));
        }
        out.write(notes.toByteArray());
        out.skip(contents - out.position());
    }

    private byte[] header() {
        byte[] identification = {0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        return little(HEADER_BYTES)
                .put(identification)
                .putShort(TYPE_CORE)
                .putShort(MACHINE_RISCV)
                .putInt(1)
                .putLong(0)
                .putLong(HEADER_BYTES)
                .putLong(0)
                .putInt(machineFlags)
                .putShort((short) HEADER_BYTES)
                .putShort((short) PROGRAM_HEADER_BYTES)
                .putShort((short) (segments.size() + 1))
                .array();
    }

    private static byte[] programHeader(
            int type,
            int access,
            long offset,
            long virtualAddress,
            long physicalAddress,
            long fileBytes,
            long memoryBytes,
            long alignment) {
        return little(PROGRAM_HEADER_BYTES)
                .putInt(type)
                .putInt(access)
                .putLong(offset)
                .putLong(virtualAddress)
                .putLong(physicalAddress)
                .putLong(fileBytes)
                .putLong(memoryBytes)
                .putLong(alignment)
                .array();
    }

    static ByteBuffer little(int capacity) {
        return ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }
}

package dev.retrovisor.introspect.export;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Contents of the notes in Linux's core files on 64-bit RISC-V: C structures, as gdb and readelf know them. */
final class CoreNotes {
    private static final int STATUS_BYTES = 376;
    private static final int STATUS_PID = 32;
    private static final int STATUS_REGISTERS = 112;
    private static final int INFO_BYTES = 136;
    private static final int NAME_BYTES = 16;
    private static final int ARGUMENTS_BYTES = 80;

    private CoreNotes() {}

    /**
     * {@code struct elf_prstatus}: a thread and its registers.
     *
     * @param registers the program counter, then x1 to x31
     */
    static byte[] status(int tid, int ppid, int group, int session, long[] registers) {
        ByteBuffer status = ElfCore.little(STATUS_BYTES);
        status.position(STATUS_PID);
        status.putInt(tid).putInt(ppid).putInt(group).putInt(session);
        status.position(STATUS_REGISTERS);
        for (long register : registers) {
            status.putLong(register);
        }
        return status.array();
    }

    /** What {@code struct elf_prpsinfo} says of a process. */
    record Process(
            char state,
            long flags,
            int uid,
            int gid,
            int pid,
            int ppid,
            int group,
            int session,
            String name,
            byte[] arguments) {}

    /** {@code struct elf_prpsinfo}. */
    static byte[] info(Process process) {
        ByteBuffer info = ElfCore.little(INFO_BYTES);
        info.put((byte) Math.max(0, "RSDTZ".indexOf(process.state())));
        info.put((byte) process.state());
        info.put((byte) (process.state() == 'Z' ? 1 : 0));
        info.position(8);
        info.putLong(process.flags()).putInt(process.uid()).putInt(process.gid());
        info.putInt(process.pid())
                .putInt(process.ppid())
                .putInt(process.group())
                .putInt(process.session());
        byte[] name = process.name().getBytes(StandardCharsets.UTF_8);
        info.put(name, 0, Math.min(name.length, NAME_BYTES - 1));
        info.position(INFO_BYTES - ARGUMENTS_BYTES);
        byte[] arguments = process.arguments().clone();
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = arguments[i] == 0 ? (byte) ' ' : arguments[i];
        }
        info.put(arguments, 0, Math.min(arguments.length, ARGUMENTS_BYTES - 1));
        return info.array();
    }

    /** A mapping of a file; the offset is in bytes. */
    record MappedFile(long start, long end, long offset, String path) {}

    /** The NT_FILE note: what is mapped from which file. */
    static byte[] files(List<MappedFile> files, int pageBytes) {
        List<byte[]> paths = files.stream()
                .map(file -> (file.path().replace("\0", "") + "\0").getBytes(StandardCharsets.UTF_8))
                .toList();
        int pathBytes = paths.stream().mapToInt(path -> path.length).sum();
        ByteBuffer note = ElfCore.little(16 + 24 * files.size() + pathBytes);
        note.putLong(files.size()).putLong(pageBytes);
        for (MappedFile each : files) {
            note.putLong(each.start()).putLong(each.end()).putLong(each.offset() / pageBytes);
        }
        paths.forEach(note::put);
        return note.array();
    }
}

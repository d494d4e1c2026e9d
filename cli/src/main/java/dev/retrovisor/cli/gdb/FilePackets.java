package dev.retrovisor.cli.gdb;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code vFile}: files of the guest's, to read (gdb manual, "Host I/O Packets"). */
final class FilePackets implements PacketGroup {
    private static final int NOT_FOUND = 2;
    private static final int INPUT_OUTPUT = 5;
    private static final int BAD_DESCRIPTOR = 9;
    private static final int TOO_MANY = 24;
    private static final int READ_ONLY = 30;
    private static final int MOST_OPEN = 64;
    private static final int MOST_READ = Packets.MOST_BYTES / 2 - 64;
    private static final int ACCESS_MODE = 3;

    /** A plain file that all may read and execute. */
    private static final int MODE = 0100555;

    private static final int STAT_BYTES = 64;
    private static final int BLOCK_BYTES = 4096;

    private final Target target;
    private final Map<Integer, RemoteFile> open = new HashMap<>();
    private int next = 3;

    FilePackets(Target target) {
        this.target = target;
    }

    @Override
    public List<Row> rows() {
        return List.of(
                new Row("vFile:setfs", _ -> "F0"),
                new Row("vFile:open", this::open),
                new Row(
                        "vFile:close",
                        arguments -> open.remove(descriptor(arguments, 0)) == null ? failure(BAD_DESCRIPTOR) : "F0"),
                new Row("vFile:pread", this::read),
                new Row("vFile:fstat", arguments -> {
                    RemoteFile file = open.get(descriptor(arguments, 0));
                    return file == null ? failure(BAD_DESCRIPTOR) : status(file);
                }),
                new Row(
                        "vFile:stat",
                        arguments -> find(arguments, 0).map(FilePackets::status).orElseGet(() -> failure(NOT_FOUND))),
                new Row("vFile:readlink", _ -> failure(NOT_FOUND)),
                new Row("vFile:pwrite", _ -> failure(READ_ONLY)),
                new Row("vFile:unlink", _ -> failure(READ_ONLY)));
    }

    private static String failure(int number) {
        return "F-1,%x".formatted(number);
    }

    private static String part(String arguments, int index) {
        String[] parts = arguments.replaceFirst("^:", "").split(",", -1);
        if (index >= parts.length) {
            throw new GdbError("vFile: too few arguments");
        }
        return parts[index];
    }

    private static int descriptor(String arguments, int index) {
        return Hex.number(part(arguments, index), Integer.MAX_VALUE);
    }

    private Optional<RemoteFile> find(String arguments, int index) {
        return target.file(Hex.textOf(part(arguments, index)));
    }

    private String open(String arguments) {
        if ((descriptor(arguments, 1) & ACCESS_MODE) != 0) {
            return failure(READ_ONLY);
        }
        if (open.size() == MOST_OPEN) {
            return failure(TOO_MANY);
        }
        Optional<RemoteFile> file = find(arguments, 0);
        if (file.isEmpty()) {
            return failure(NOT_FOUND);
        }
        open.put(next, file.get());
        return "F%x".formatted(next++);
    }

    private String read(String arguments) {
        RemoteFile file = open.get(descriptor(arguments, 0));
        if (file == null) {
            return failure(BAD_DESCRIPTOR);
        }
        int most = Math.min(Hex.number(part(arguments, 1), Integer.MAX_VALUE), MOST_READ);
        long offset = Hex.number(part(arguments, 2));
        if (offset < 0 || offset >= file.sizeBytes() || most == 0) {
            return "F0;";
        }
        byte[] bytes = file.read(offset, most);
        return bytes.length == 0 ? failure(INPUT_OUTPUT) : "F%x;%s".formatted(bytes.length, Packets.escaped(bytes));
    }

    /** {@code struct stat} of the protocol: big-endian; all but mode, sizes and links is zero. */
    private static String status(RemoteFile file) {
        ByteBuffer status = ByteBuffer.allocate(STAT_BYTES);
        status.putInt(0).putInt(0).putInt(MODE).putInt(1).putInt(0).putInt(0).putInt(0);
        status.putLong(file.sizeBytes()).putLong(BLOCK_BYTES);
        status.putLong((file.sizeBytes() + 511) / 512);
        return "F%x;%s".formatted(STAT_BYTES, Packets.escaped(status.array()));
    }
}

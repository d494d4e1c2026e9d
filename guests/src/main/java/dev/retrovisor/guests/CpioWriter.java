package dev.retrovisor.guests;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes a newc cpio archive (Linux, Documentation/driver-api/early-userspace/buffer-format.rst) whose bytes depend on
 * nothing but what was added: entries are sorted by name, times are 0, owners are root, inode numbers count up.
 *
 * <p>A header is the magic "070701" and 13 numbers of 8 hex digits; name and content are each padded to 4 bytes.
 */
public final class CpioWriter {
    private static final int S_IFREG = 0x8000;
    private static final int S_IFDIR = 0x4000;
    private static final int S_IFLNK = 0xa000;
    private static final int S_IFCHR = 0x2000;
    private static final int ALIGNMENT_BYTES = 4;
    private static final String TRAILER = "TRAILER!!!";

    private record Entry(int mode, int deviceMajor, int deviceMinor, byte[] content) {}

    private final Map<String, Entry> entries = new TreeMap<>();

    /** @param permissions the low twelve mode bits */
    public CpioWriter file(String path, int permissions, byte[] content) {
        return add(path, new Entry(S_IFREG | permissions, 0, 0, content));
    }

    public CpioWriter folder(String path, int permissions) {
        return add(path, new Entry(S_IFDIR | permissions, 0, 0, new byte[0]));
    }

    public CpioWriter link(String path, String target) {
        return add(path, new Entry(S_IFLNK | 0777, 0, 0, target.getBytes(StandardCharsets.UTF_8)));
    }

    CpioWriter characterDevice(String path, int permissions, int major, int minor) {
        return add(path, new Entry(S_IFCHR | permissions, major, minor, new byte[0]));
    }

    private CpioWriter add(String path, Entry entry) {
        if (path.isEmpty() || path.startsWith("/") || path.endsWith("/")) {
            throw new IllegalArgumentException("not a relative path: '" + path + "'");
        }
        if (entries.put(path, entry) != null) {
            throw new IllegalArgumentException("added twice: " + path);
        }
        return this;
    }

    /** The archive. Linux takes several, one behind the other, so that programs can be added to a guest. */
    public byte[] toBytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int inode = 1;
        // A folder sorts before what is in it, because its path is a prefix.
        for (Map.Entry<String, Entry> named : entries.entrySet()) {
            write(out, inode++, named.getKey(), named.getValue());
        }
        write(out, 0, TRAILER, new Entry(0, 0, 0, new byte[0]));
        return out.toByteArray();
    }

    private static void write(ByteArrayOutputStream out, int inode, String path, Entry entry) {
        byte[] name = (path + "\0").getBytes(StandardCharsets.UTF_8);
        int links = (entry.mode() & 0xf000) == S_IFDIR ? 2 : 1;
        int[] fields = {
            inode,
            entry.mode(),
            0,
            0,
            links,
            0,
            entry.content().length,
            0,
            0,
            entry.deviceMajor(),
            entry.deviceMinor(),
            name.length,
            0
        };
        StringBuilder header = new StringBuilder("070701");
        for (int field : fields) {
            header.append("%08x".formatted(field));
        }
        out.writeBytes(header.toString().getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(name);
        pad(out);
        out.writeBytes(entry.content());
        pad(out);
    }

    private static void pad(ByteArrayOutputStream out) {
        while (out.size() % ALIGNMENT_BYTES != 0) {
            out.write(0);
        }
    }
}

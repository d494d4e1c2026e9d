package dev.retrovisor.introspect.linux;

import java.util.Optional;

/**
 * What one open file ({@code struct file}) is.
 *
 * @param address of the {@code struct file}: processes that share it show the same
 * @param path as {@code /proc/PID/fd} has it, raw
 * @param inode its number
 * @param fileSystem the file system's type, such as {@code ext4} or {@code pipefs}
 * @param device the file system's, as the kernel numbers devices ({@link #major}, {@link #minor})
 * @param deviceNumber for devices: which
 * @param mode type and permissions, as stat has them
 * @param flags as open has them
 * @param socket if it is one
 * @param detail what else tells it from its like: a pidfd's process, an eventfd's count; empty if nothing does
 */
public record FileDescription(
        long address,
        Paths.Path path,
        long inode,
        String fileSystem,
        long device,
        long deviceNumber,
        int mode,
        int flags,
        long positionBytes,
        long sizeBytes,
        Optional<SocketDescription> socket,
        String detail) {
    private static final int MINOR_BITS = 20;
    private static final int TYPE_SHIFT = 12;

    /** The kinds of files, by the type bits of their mode. */
    public enum Kind {
        PIPE("FIFO"),
        CHARACTER("CHR"),
        DIRECTORY("DIR"),
        BLOCK("BLK"),
        REGULAR("REG"),
        LINK("LNK"),
        SOCKET("sock"),
        /** Made by the kernel, in no directory: event counters, epoll instances, timers. */
        ANONYMOUS("a_inode");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /** lsof's word. */
        public String word() {
            return word;
        }
    }

    public Kind kind() {
        return switch (mode >>> TYPE_SHIFT) {
            case 1 -> Kind.PIPE;
            case 2 -> Kind.CHARACTER;
            case 4 -> Kind.DIRECTORY;
            case 6 -> Kind.BLOCK;
            case 8 -> Kind.REGULAR;
            case 10 -> Kind.LINK;
            case 12 -> Kind.SOCKET;
            default -> Kind.ANONYMOUS;
        };
    }

    public static long major(long device) {
        return device >>> MINOR_BITS;
    }

    public static long minor(long device) {
        return device & (1 << MINOR_BITS) - 1;
    }

    /** What {@code strace -yy} puts behind a file descriptor, with its brackets; harmless to print. */
    public String annotation() {
        if (!detail.isEmpty()) {
            return "<" + detail + ">";
        }
        if (socket.isPresent()) {
            return "<" + socket.get().text() + ">";
        }
        String name = CText.inBrackets(path.text());
        if (kind() == Kind.CHARACTER || kind() == Kind.BLOCK) {
            String word = kind() == Kind.CHARACTER ? "char" : "block";
            return "<%s<%s %d:%d>>".formatted(name, word, major(deviceNumber), minor(deviceNumber));
        }
        return path.deleted() ? "<" + name + ">(deleted)" : "<" + name + ">";
    }
}

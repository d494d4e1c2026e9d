package dev.retrovisor.introspect.syscall;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.types.StructLayout;
import dev.retrovisor.introspect.types.Types;

/**
 * Tells whether what a file was described as still holds, in a few dozen reads: a number made of all that a description
 * depends on.
 */
final class FilePrints {
    private static final int MOST_NAMES = 4096;
    private static final long MIX = 0x9e37_79b9_7f4a_7c15L;
    private static final int SOCKET_TYPE = 0xc000;
    private static final int TYPE_MASK = 0xf000;
    private static final int UNIX = 1;
    private static final int INTERNET6 = 10;

    private final LinearMemory memory;
    private final long mountSequence;
    private final int taskFiles;
    private final int filesTable;
    private final int tableMost;
    private final int tableFiles;
    private final int fileDentry;
    private final int fileMount;
    private final int fileInode;
    private final int dentryParent;
    private final int dentryName;
    private final int dentryHashed;
    private final int inodeMode;
    private final int inodeToSock;
    private final int sockFamily;
    private final int sockV6;
    private final int sockSocket;
    private final int unixAddress;
    private final int unixPeer;
    private final int netlinkPort;

    FilePrints(KernelView kernel, LinearMemory memory) {
        this.memory = memory;
        mountSequence = kernel.symbols().find("mount_lock").orElse(0);
        Types types = kernel.types();
        taskFiles = offset(types, "task_struct", "files");
        filesTable = offset(types, "files_struct", "fdt");
        tableMost = offset(types, "fdtable", "max_fds");
        tableFiles = offset(types, "fdtable", "fd");
        fileDentry = offset(types, "file", "f_path.dentry");
        fileMount = offset(types, "file", "f_path.mnt");
        fileInode = offset(types, "file", "f_inode");
        dentryParent = offset(types, "dentry", "d_parent");
        dentryName = offset(types, "dentry", "d_name");
        dentryHashed = offset(types, "dentry", "d_hash.pprev");
        inodeMode = offset(types, "inode", "i_mode");
        inodeToSock = offset(types, "socket_alloc", "socket.sk") - offset(types, "socket_alloc", "vfs_inode");
        sockFamily = offset(types, "sock", "__sk_common.skc_family");
        StructLayout sock = types.struct("sock");
        sockV6 = sock.find("__sk_common.skc_v6_daddr")
                .map(field -> (int) field.offsetBytes())
                .orElse(0);
        sockSocket = offset(types, "sock", "sk_socket");
        unixAddress = offset(types, "unix_sock", "addr");
        unixPeer = offset(types, "unix_sock", "peer");
        netlinkPort = types.findStruct("netlink_sock")
                .map(layout -> (int) layout.field("portid").offsetBytes())
                .orElse(0);
    }

    private static int offset(Types types, String struct, String member) {
        return (int) types.struct(struct).field(member).offsetBytes();
    }

    /** The {@code struct file} behind a task's file descriptor; 0 if there is none. */
    long file(long task, int fd) {
        long files = memory.readLong(task + taskFiles);
        if (files == 0) {
            return 0;
        }
        long table = memory.readLong(files + filesTable);
        boolean isOpen = fd >= 0 && fd < memory.readInt(table + tableMost);
        return isOpen ? memory.readLong(memory.readLong(table + tableFiles) + 8L * fd) : 0;
    }

    long ofFile(long file) {
        long inode = memory.readLong(file + fileInode);
        long print = path(memory.readLong(file + fileMount), memory.readLong(file + fileDentry)) * MIX + inode;
        boolean isSocket = (memory.readInt(inode + inodeMode) & TYPE_MASK) == SOCKET_TYPE;
        return isSocket ? mixedWithSocket(print, memory.readLong(inode + inodeToSock)) : print;
    }

    /** For the path of a mount and a dentry in it: which names are on it, and whether any mount was moved. */
    long path(long mount, long firstDentry) {
        long print = mount + (mountSequence == 0 ? 0 : memory.readInt(mountSequence));
        long dentry = firstDentry;
        print = print * MIX + (memory.readLong(dentry + dentryHashed) == 0 ? 1 : 0);
        for (int i = 0; i < MOST_NAMES; i++) {
            print = (print * MIX + dentry) * MIX + memory.readLong(dentry + dentryName);
            long parent = memory.readLong(dentry + dentryParent);
            if (parent == dentry) {
                break;
            }
            dentry = parent;
        }
        return print;
    }

    private long mixedWithSocket(long start, long sock) {
        long print = start * MIX + sock;
        if (sock == 0) {
            return print;
        }
        for (int at = 0; at <= sockFamily; at += Long.BYTES) {
            print = print * MIX + memory.readLong(sock + at);
        }
        switch (memory.readInt(sock + sockFamily) & 0xffff) {
            case UNIX -> {
                long peer = memory.readLong(sock + unixPeer);
                print = (print * MIX + peer) * MIX + memory.readLong(sock + unixAddress);
                print = peer == 0 ? print : print * MIX + memory.readLong(peer + sockSocket);
            }
            case INTERNET6 -> {
                for (int at = 0; at < 4 * Long.BYTES; at += Long.BYTES) {
                    print = print * MIX + memory.readLong(sock + sockV6 + at);
                }
            }
            default -> print = print * MIX + (netlinkPort == 0 ? 0 : memory.readInt(sock + netlinkPort));
        }
        return print;
    }
}

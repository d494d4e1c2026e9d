package dev.retrovisor.cli.gdb;

import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Set;

/** The list that the dynamic linker keeps of what it has loaded, as gdb's XML ("Library List Format for SVR4 Targets"). */
final class SharedLibraries {
    private static final int AT_PHDR = 3;
    private static final int AT_PHENT = 4;
    private static final int AT_PHNUM = 5;
    private static final int PT_DYNAMIC = 2;
    private static final int PT_PHDR = 6;
    private static final int DT_DEBUG = 21;
    private static final int MOST_HEADERS = 256;
    private static final int MOST_ENTRIES = 256;
    private static final int MOST_LIBRARIES = 4096;
    private static final int LONGEST_NAME = 4096;

    // struct r_debug and struct link_map of glibc's and musl's link.h.
    private static final int FIRST_MAP = 8;
    private static final int NAME = 8;
    private static final int DYNAMIC = 16;
    private static final int NEXT = 24;

    private SharedLibraries() {}

    /** @param auxiliary the process's auxiliary vector, which says where the program's headers are */
    static String xml(GuestProcess process, byte[] auxiliary) {
        AddressSpace space = process.space();
        long first = 0;
        var libraries = new StringBuilder();
        try {
            long debug = debugAddress(space, ByteBuffer.wrap(auxiliary).order(ByteOrder.LITTLE_ENDIAN));
            first = debug == 0 ? 0 : space.readLong(debug + FIRST_MAP);
            append(libraries, space, debug, first);
        } catch (MemoryFault _) {
            // The linker has not come so far yet; what it has is told.
        }
        String main = first == 0 ? "" : " main-lm=\"0x%x\"".formatted(first);
        return "<library-list-svr4 version=\"1.0\"%s>\n%s</library-list-svr4>\n".formatted(main, libraries);
    }

    private static void append(StringBuilder libraries, AddressSpace space, long debug, long first) {
        Set<Long> seen = new HashSet<>();
        for (long map = first; map != 0 && seen.add(map) && seen.size() < MOST_LIBRARIES; ) {
            String name = space.readString(space.readLong(map + NAME), LONGEST_NAME);
            // The first is the program itself; what has no name is the kernel's.
            if (map != first && !name.isEmpty()) {
                libraries.append("<library name=\"%s\" lm=\"0x%x\" l_addr=\"0x%x\" l_ld=\"0x%x\" lmid=\"0x%x\"/>\n"
                        .formatted(XmlText.of(name), map, space.readLong(map), space.readLong(map + DYNAMIC), debug));
            }
            map = space.readLong(map + NEXT);
        }
    }

    private static long debugAddress(AddressSpace space, ByteBuffer auxiliary) {
        long headers = 0;
        long size = 0;
        long count = 0;
        while (auxiliary.remaining() >= 2 * Long.BYTES) {
            long type = auxiliary.getLong();
            long value = auxiliary.getLong();
            if (type == AT_PHDR) {
                headers = value;
            } else if (type == AT_PHENT) {
                size = value;
            } else if (type == AT_PHNUM) {
                count = value;
            }
        }
        long bias = 0;
        long dynamic = 0;
        for (int i = 0; headers != 0 && i < Math.min(count, MOST_HEADERS); i++) {
            long at = headers + i * size;
            int type = space.readInt(at);
            if (type == PT_PHDR) {
                bias = headers - space.readLong(at + 16);
            } else if (type == PT_DYNAMIC) {
                dynamic = space.readLong(at + 16);
            }
        }
        for (int i = 0; dynamic != 0 && i < MOST_ENTRIES; i++) {
            long at = bias + dynamic + 16L * i;
            long tag = space.readLong(at);
            if (tag == DT_DEBUG) {
                return space.readLong(at + 8);
            } else if (tag == 0) {
                break;
            }
        }
        return 0;
    }
}

package dev.retrovisor.machine.fdt;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a flattened device tree, version 17, in the order of the calls: {@link #begin}, properties, child nodes,
 * {@link #end}. Property names are stored once each.
 */
public final class FdtWriter {
    private static final int MAGIC = 0xD00DFEED;
    private static final int VERSION = 17;
    private static final int LAST_COMPATIBLE_VERSION = 16;
    private static final int HEADER_BYTES = 40;

    private static final int BEGIN_NODE = 1;
    private static final int END_NODE = 2;
    private static final int PROP = 3;
    private static final int END = 9;

    private final BigEndianBytes structure = new BigEndianBytes();
    private final BigEndianBytes strings = new BigEndianBytes();
    private final BigEndianBytes reserved = new BigEndianBytes();
    private final Map<String, Integer> stringOffsets = new LinkedHashMap<>();
    private int depth;

    /** Opens a node; the root's name is empty. */
    public void begin(String name) {
        if ((depth == 0) != name.isEmpty() || depth == 0 && structure.length() > 0) {
            throw new IllegalStateException(
                    "node '%s' at depth %d: there is one root, without a name".formatted(name, depth));
        }
        structure.putInt(BEGIN_NODE);
        structure.putString(name);
        structure.align();
        depth++;
    }

    /** Closes the node opened last. */
    public void end() {
        requireOpenNode();
        structure.putInt(END_NODE);
        depth--;
    }

    /** A property that says something by being there. */
    public void flag(String name) {
        bytes(name, new byte[0]);
    }

    /** A property of 32-bit cells: numbers, phandles, addresses in cells. */
    public void cells(String name, int... cells) {
        var content = new BigEndianBytes();
        for (int cell : cells) {
            content.putInt(cell);
        }
        property(name, content);
    }

    /** A property of 64-bit numbers, such as {@code reg} where addresses and sizes have two cells each. */
    public void longs(String name, long... numbers) {
        var content = new BigEndianBytes();
        for (long number : numbers) {
            content.putLong(number);
        }
        property(name, content);
    }

    public void string(String name, String text) {
        strings(name, List.of(text));
    }

    public void strings(String name, List<String> texts) {
        var content = new BigEndianBytes();
        texts.forEach(content::putString);
        property(name, content);
    }

    public void bytes(String name, byte[] bytes) {
        var content = new BigEndianBytes();
        content.putBytes(bytes, bytes.length);
        property(name, content);
    }

    /** Adds an entry to the memory reservation block: RAM that the guest must not use freely. */
    public void reserve(long physicalAddress, long lengthBytes) {
        reserved.putLong(physicalAddress);
        reserved.putLong(lengthBytes);
    }

    /** The whole tree: header, reservations, structure, strings. All nodes must be closed; nothing may follow. */
    public byte[] toByteArray() {
        if (depth != 0 || structure.length() == 0) {
            throw new IllegalStateException("device tree with %d open nodes".formatted(depth));
        }
        reserve(0, 0);
        structure.putInt(END);
        int structureOffset = HEADER_BYTES + reserved.length();
        int stringsOffset = structureOffset + structure.length();
        var tree = new BigEndianBytes();
        tree.putInt(MAGIC);
        tree.putInt(stringsOffset + strings.length());
        tree.putInt(structureOffset);
        tree.putInt(stringsOffset);
        tree.putInt(HEADER_BYTES);
        tree.putInt(VERSION);
        tree.putInt(LAST_COMPATIBLE_VERSION);
        tree.putInt(0); // boot_cpuid_phys: hart 0
        tree.putInt(strings.length());
        tree.putInt(structure.length());
        tree.putAll(reserved);
        tree.putAll(structure);
        tree.putAll(strings);
        return tree.toByteArray();
    }

    private void property(String name, BigEndianBytes content) {
        requireOpenNode();
        structure.putInt(PROP);
        structure.putInt(content.length());
        structure.putInt(stringOffset(name));
        structure.putAll(content);
        structure.align();
    }

    private int stringOffset(String name) {
        Integer known = stringOffsets.get(name);
        if (known != null) {
            return known;
        }
        int offset = strings.length();
        strings.putString(name);
        stringOffsets.put(name, offset);
        return offset;
    }

    private void requireOpenNode() {
        if (depth == 0) {
            throw new IllegalStateException("no open node in the device tree");
        }
    }
}

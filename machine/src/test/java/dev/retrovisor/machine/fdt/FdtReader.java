package dev.retrovisor.machine.fdt;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads a flattened device tree back, strictly: the tests' second opinion on {@link FdtWriter}. */
public final class FdtReader {
    /** One node; nodes of one parent have different names. */
    public record Node(String name, Map<String, byte[]> properties, Map<String, Node> children) {
        /** The node at a path such as {@code /soc/serial@10000000}. */
        public Node at(String path) {
            Node node = this;
            for (String part : path.substring(1).split("/")) {
                node = node.children.get(part);
                if (node == null) {
                    throw new AssertionError("no node '%s' of %s".formatted(part, path));
                }
            }
            return node;
        }

        public List<String> strings(String property) {
            String text = new String(bytes(property), StandardCharsets.US_ASCII);
            if (!text.endsWith("\0")) {
                throw new AssertionError(property + " does not end with a zero");
            }
            return List.of(text.substring(0, text.length() - 1).split("\0"));
        }

        public int[] cells(String property) {
            byte[] bytes = bytes(property);
            var cells = new int[bytes.length / 4];
            ByteBuffer.wrap(bytes).asIntBuffer().get(cells);
            return cells;
        }

        public long[] longs(String property) {
            byte[] bytes = bytes(property);
            var longs = new long[bytes.length / 8];
            ByteBuffer.wrap(bytes).asLongBuffer().get(longs);
            return longs;
        }

        public byte[] bytes(String property) {
            byte[] bytes = properties.get(property);
            if (bytes == null) {
                throw new AssertionError("no property '%s' in '%s'".formatted(property, name));
            }
            return bytes;
        }
    }

    private final ByteBuffer tree;
    private final int stringsOffset;

    private FdtReader(byte[] bytes) {
        tree = ByteBuffer.wrap(bytes);
        require(tree.getInt(0) == 0xD00DFEED, "magic");
        require(tree.getInt(4) == bytes.length, "total size");
        require(tree.getInt(20) == 17 && tree.getInt(24) == 16, "version");
        stringsOffset = tree.getInt(12);
        require(stringsOffset + tree.getInt(32) == bytes.length, "strings end the tree");
        require(tree.getInt(8) + tree.getInt(36) == stringsOffset, "structure ends where strings start");
    }

    /** The root node. */
    public static Node read(byte[] bytes) {
        var reader = new FdtReader(bytes);
        reader.tree.position(reader.tree.getInt(8));
        require(reader.tree.getInt() == 1, "the structure starts with a node");
        Node root = reader.node();
        require(reader.tree.getInt() == 9, "the structure ends with END");
        require(reader.tree.position() == reader.stringsOffset, "nothing behind END");
        return root;
    }

    /** The memory reservations as pairs of address and length, without the pair of zeros that ends them. */
    public static List<Long> reservations(byte[] bytes) {
        var reader = new FdtReader(bytes);
        int at = reader.tree.getInt(16);
        require(at % 8 == 0, "alignment of the reservations");
        var found = new ArrayList<Long>();
        while (reader.tree.getLong(at) != 0 || reader.tree.getLong(at + 8) != 0) {
            found.add(reader.tree.getLong(at));
            found.add(reader.tree.getLong(at + 8));
            at += 16;
        }
        require(at + 16 == reader.tree.getInt(8), "the structure follows the reservations");
        return found;
    }

    private Node node() {
        var node = new Node(string(tree.position()), new LinkedHashMap<>(), new LinkedHashMap<>());
        skip(node.name.length() + 1);
        while (true) {
            switch (tree.getInt()) {
                case 1 -> {
                    Node child = node();
                    require(node.children.put(child.name, child) == null, "two nodes " + child.name);
                }
                case 2 -> {
                    return node;
                }
                case 3 -> {
                    require(node.children.isEmpty(), "properties come before nodes");
                    var content = new byte[tree.getInt()];
                    String name = string(stringsOffset + tree.getInt());
                    tree.get(tree.position(), content);
                    skip(content.length);
                    require(node.properties.put(name, content) == null, "two properties " + name);
                }
                default -> throw new AssertionError("unknown token before offset " + tree.position());
            }
        }
    }

    private void skip(int lengthBytes) {
        tree.position(tree.position() + lengthBytes);
        while (tree.position() % 4 != 0) {
            require(tree.get() == 0, "padding is zero");
        }
    }

    private String string(int offset) {
        var text = new StringBuilder();
        for (int at = offset; tree.get(at) != 0; at++) {
            text.append((char) tree.get(at));
        }
        return text.toString();
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError("device tree: " + what);
        }
    }
}

package dev.retrovisor.machine.translator;

import java.util.ArrayList;
import java.util.List;

/** The blocks that begin in one page: a small open-addressed table by offset and privilege. */
final class BlocksOfPage {
    private Block[] table = new Block[8];
    private int count;
    private int drops;
    private List<Block> reaching = new ArrayList<>(0);

    /** A bit for each 64 bytes of the page that blocks may cover. */
    private long covered;

    private static final int CHUNK_SHIFT = 6;

    Block find(int offset, int privilege) {
        for (int i = slot(offset, privilege); ; i = i + 1 & table.length - 1) {
            Block block = table[i];
            if (block == null || block.offset() == offset && block.privilege() == privilege) {
                return block;
            }
        }
    }

    void add(Block block) {
        drops = 0;
        cover(block);
        if (2 * ++count > table.length) {
            Block[] old = table;
            table = new Block[old.length * 2];
            for (Block moved : old) {
                if (moved != null) {
                    place(moved);
                }
            }
        }
        place(block);
    }

    private void cover(Block block) {
        covered |= chunks(block.offset(), block.lengthBytes());
    }

    /** A bit for each 64 bytes of the page that a stretch of it touches. */
    private static long chunks(int offset, int lengthBytes) {
        int first = offset >> CHUNK_SHIFT;
        int last = offset + lengthBytes - 1 >> CHUNK_SHIFT;
        return -1L << first & -1L >>> 63 - last;
    }

    /** Whether some block may cover a byte of a stretch of the page. */
    boolean mayCover(int offset, int lengthBytes) {
        return (covered & chunks(offset, lengthBytes)) != 0;
    }

    /** The table itself, with gaps: for going through all blocks. */
    Block[] table() {
        return table;
    }

    private void place(Block block) {
        int i = slot(block.offset(), block.privilege());
        while (table[i] != null) {
            i = i + 1 & table.length - 1;
        }
        table[i] = block;
    }

    private int slot(int offset, int privilege) {
        return (offset * 0x9E3779B1 >>> 12) + privilege & table.length - 1;
    }

    /** Adds a block of the page before whose instruction ends in this one. */
    void addReaching(Block block) {
        drops = 0;
        reaching.removeIf(old -> !old.isLive());
        reaching.add(block);
    }

    /** The blocks that reach into this page; forgets them. */
    List<Block> takeReaching() {
        List<Block> taken = reaching;
        reaching = new ArrayList<>(0);
        return taken;
    }

    boolean isEmpty() {
        return count == 0 && reaching.isEmpty();
    }

    /** Forgets the blocks that are not live any more. */
    void keepLive() {
        Block[] old = table;
        table = new Block[old.length];
        count = 0;
        covered = 0;
        for (Block block : old) {
            if (block != null && block.isLive()) {
                count++;
                cover(block);
                place(block);
            }
        }
    }

    /** Counts a write to the page; how many there were since the last translation. */
    int countDrop() {
        return ++drops;
    }
}

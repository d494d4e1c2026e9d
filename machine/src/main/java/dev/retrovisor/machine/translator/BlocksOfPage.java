package dev.retrovisor.machine.translator;

import java.util.Arrays;

/** The blocks that begin in one page: a small open-addressed table by offset and privilege. */
final class BlocksOfPage {
    private Block[] table = new Block[8];
    private int count;
    private int drops;

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

    /** A copy, so that blocks may be dropped while one goes through it. */
    Block[] all() {
        var all = new Block[count];
        int next = 0;
        for (Block block : table) {
            if (block != null) {
                all[next++] = block;
            }
        }
        return all;
    }

    /** Forgets the blocks that are not live any more. */
    void keepLive() {
        Block[] all = all();
        Arrays.fill(table, null);
        count = 0;
        for (Block block : all) {
            if (block.isLive()) {
                count++;
                place(block);
            }
        }
    }

    /** Counts a write to the page; how many there were since the last translation. */
    int countDrop() {
        return ++drops;
    }
}

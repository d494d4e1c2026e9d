package dev.retrovisor.machine.fuzz;

import dev.retrovisor.machine.hart.Tlb;
import dev.retrovisor.machine.memory.Ram;

/**
 * What lies where in a fuzzed machine: groups of four pages, one group behind the other in such a distance that their
 * pages share entries of the TLB, and blocks at the same offsets those of the jump cache.
 */
final class Terrain {
    static final int PAGE_BYTES = 4096;
    static final int GROUP_PAGES = 4;

    /** In RAM: code at the same offsets in two groups has the same place in the jump cache. */
    private static final long FRAME_DISTANCE = 4L << 20;

    /** In virtual memory: pages of the same number in two groups have the same place in the TLB. */
    private static final long PAGE_DISTANCE = (long) Tlb.ENTRIES * PAGE_BYTES;

    /** Where in its stretch each group begins: a multiple of 64 KiB, for Svnapot. */
    private static final long GROUP_OFFSET = 0x1_0000;

    // Frames of RAM by number, all but the last group's of one kind each.
    static final int CODE_FRAMES = 0;
    static final int DATA_FRAMES = 8;
    static final int TABLE_FRAMES = 16;
    static final int HANDLER_FRAME = 28;
    static final int FRAMES = 32;

    static final int VIRTUAL_GROUPS = 6;
    static final int VIRTUAL_PAGES = VIRTUAL_GROUPS * GROUP_PAGES;

    /** Virtual pages of the last group: the handler's, then devices. */
    static final int HANDLER_PAGE = VIRTUAL_PAGES - GROUP_PAGES;

    private Terrain() {}

    /** Physical address of a frame. */
    static long frame(int number) {
        return Ram.BASE + place(number, FRAME_DISTANCE);
    }

    /** Distance from the beginning of the virtual space to one of its pages. */
    static long offset(int page) {
        return place(page, PAGE_DISTANCE);
    }

    private static long place(int number, long groupDistance) {
        return number / GROUP_PAGES * groupDistance + GROUP_OFFSET + number % GROUP_PAGES * PAGE_BYTES;
    }
}

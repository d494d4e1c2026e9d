package dev.retrovisor.machine.state;

import java.util.function.LongConsumer;

/**
 * Bulk state in pages of 4 KiB: RAM (a page that was never written is zero) or a disk's overlay (a page that was never
 * written is the base image's). Saved page by page beside the sections, so that checkpoints can share equal pages.
 */
public interface PageSpace {
    int PAGE_BYTES = 4096;

    /** Unique in a machine and the same in every build: {@code ram}, {@code disk0}. */
    String name();

    /** All pages, present or not. */
    long pageCount();

    /** Visits, in ascending order, every page that may differ from its initial content. */
    void forEachPresent(LongConsumer visitor);

    /** Copies a page to the first 4,096 bytes of {@code target}. */
    void readPage(long page, byte[] target);

    /** Replaces a page by the first 4,096 bytes of {@code source}: part of a restore, which {@code Machine.load} ends. */
    void writePage(long page, byte[] source);

    /** Puts a page back to its initial content: part of a restore too. */
    void erasePage(long page);

    /** Puts every page back to its initial content. */
    void clearPages();

    /** Visits, in ascending order, every page that may have changed since the last {@link #forgetWritten}, by whatever way. */
    void forEachWritten(LongConsumer visitor);

    /** How many pages {@link #forEachWritten} visits. */
    long writtenPages();

    /** From now on {@link #forEachWritten} visits what changes from now on. */
    void forgetWritten();

    /** A hash over all content: equal content gives equal hashes, whatever the order of writes. */
    long contentHash();
}

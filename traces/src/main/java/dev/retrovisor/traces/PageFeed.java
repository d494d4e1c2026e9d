package dev.retrovisor.traces;

import dev.retrovisor.machine.state.PageSpace;

/** Pages that were written since a moment, with what they hold now. */
@FunctionalInterface
public interface PageFeed {
    /** Takes pages, in any order. */
    @FunctionalInterface
    interface Receiver {
        /** @param at where the page's 4,096 bytes begin in {@code content}, which is good for this call only */
        void page(long number, byte[] content, int at);
    }

    void forEach(Receiver receiver);

    /** What a space says was written. */
    static PageFeed writtenIn(PageSpace space) {
        return receiver -> {
            var page = new byte[PageSpace.PAGE_BYTES];
            space.forEachWritten(number -> {
                space.readPage(number, page);
                receiver.page(number, page, 0);
            });
        };
    }

    /** All that a space has. */
    static PageFeed presentIn(PageSpace space) {
        return receiver -> {
            var page = new byte[PageSpace.PAGE_BYTES];
            space.forEachPresent(number -> {
                space.readPage(number, page);
                receiver.page(number, page, 0);
            });
        };
    }
}

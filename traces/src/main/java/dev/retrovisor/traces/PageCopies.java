package dev.retrovisor.traces;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;

/**
 * Pages on their way from a machine's thread to the one that stores them, in blocks of which there are only so many: who
 * copies waits when all are full.
 */
final class PageCopies {
    private static final int PAGE_BYTES = PageRecord.PAGE_BYTES;
    private static final int BLOCK_PAGES = 256;

    private final int mostBlocks;
    private final Deque<Block> free = new ArrayDeque<>();
    private final Deque<Block> full = new ArrayDeque<>();
    private int made;
    private boolean abandoned;

    /** Some pages of one space. */
    static final class Block {
        private final long[] numbers = new long[BLOCK_PAGES];
        private final byte[] content = new byte[BLOCK_PAGES * PAGE_BYTES];
        private int count;

        /** Whether the space's last pages are in it. */
        private boolean last;
    }

    PageCopies(long mostBytes) {
        mostBlocks = Math.toIntExact(mostBytes / (BLOCK_PAGES * PAGE_BYTES));
    }

    /** Whether at least half of the blocks are free. */
    synchronized boolean hasRoom() {
        return made - free.size() <= mostBlocks / 2;
    }

    /** Copies the pages of one space, on the thread of the machine; false if nobody wants them any more. */
    boolean copy(PageFeed pages) {
        var filling = new Block[] {take()};
        pages.forEach((number, content, at) -> {
            Block block = filling[0];
            if (block != null && block.count == BLOCK_PAGES) {
                pass(block, false);
                block = take();
                filling[0] = block;
            }
            if (block != null) {
                block.numbers[block.count] = number;
                System.arraycopy(content, at, block.content, block.count * PAGE_BYTES, PAGE_BYTES);
                block.count++;
            }
        });
        if (filling[0] == null) {
            return false;
        }
        pass(filling[0], true);
        return true;
    }

    /** The copied pages of one space, for the other thread; waits for them. */
    PageFeed copied() {
        return receiver -> {
            boolean last = false;
            while (!last) {
                Block block = next();
                for (int i = 0; i < block.count; i++) {
                    receiver.page(block.numbers[i], block.content, i * PAGE_BYTES);
                }
                last = block.last;
                giveBack(block);
            }
        };
    }

    /** Nobody will take what is copied, now or later. */
    synchronized void abandon() {
        abandoned = true;
        free.clear();
        full.clear();
        notifyAll();
    }

    /** An empty block, or null if nobody wants one; waits for one to come free. */
    private synchronized Block take() {
        await(() -> !free.isEmpty() || made < mostBlocks || abandoned);
        if (abandoned) {
            return null;
        }
        if (free.isEmpty()) {
            made++;
            return new Block();
        }
        Block block = free.pop();
        block.count = 0;
        return block;
    }

    private synchronized void pass(Block block, boolean last) {
        block.last = last;
        full.add(block);
        notifyAll();
    }

    private synchronized Block next() {
        await(() -> !full.isEmpty());
        return full.remove();
    }

    private synchronized void giveBack(Block block) {
        free.push(block);
        notifyAll();
    }

    /** Waits until a condition holds; an interruption is for what comes behind. */
    private void await(BooleanSupplier condition) {
        boolean interrupted = false;
        while (!condition.getAsBoolean()) {
            try {
                wait();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

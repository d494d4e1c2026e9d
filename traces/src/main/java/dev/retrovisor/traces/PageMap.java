package dev.retrovisor.traces;

import java.util.Arrays;

/**
 * Which content each page of a page space has at one moment, and since when: a table that never changes. Maps made from
 * one another share the parts in which they do not differ, so that comparing them is cheap where little was written.
 *
 * <p>A page's <em>name</em> stands for its content: equal names are equal contents, within one store. A page's
 * <em>writtenAt</em> is the virtual time of the state in which a write to it was seen last, so that it was not written behind
 * that; 0 if it never was, {@link #UNKNOWN} if that is not known.
 */
public final class PageMap {
    /** The name of a page that has its initial content: zeros in memory, the base image's on a disk. */
    public static final long ABSENT = -1;

    /** The name of a page of zeros. */
    public static final long ZEROS = 0;

    /** The {@link #writtenAt} of a page that may have been written at any time. */
    public static final long UNKNOWN = Long.MAX_VALUE;

    /** Parts that a map has at most: those of 64 GiB of memory and of disks that were written in 192 GiB of places. */
    static final int MAX_CHUNKS = 1 << 17;

    private static final int CHUNK_SHIFT = 9;
    private static final int CHUNK_PAGES = 1 << CHUNK_SHIFT;
    private static final Chunk EMPTY = new Chunk();

    /** 512 pages, of which one at least is not as it was at power-on; not changed once a map has it. */
    private static final class Chunk {
        final long[] names;
        final long[] writtenAt;

        Chunk() {
            names = new long[CHUNK_PAGES];
            writtenAt = new long[CHUNK_PAGES];
            Arrays.fill(names, ABSENT);
        }

        Chunk(Chunk copied) {
            names = copied.names.clone();
            writtenAt = copied.writtenAt.clone();
        }

        boolean isEqual(Chunk other) {
            return Arrays.equals(names, other.names) && Arrays.equals(writtenAt, other.writtenAt);
        }
    }

    /** Takes the pages of a map. */
    @FunctionalInterface
    public interface Visitor {
        void visit(long page, long name, long writtenAt);
    }

    /** Takes the pages in which two maps differ. */
    @FunctionalInterface
    public interface DifferenceVisitor {
        /**
         * @param name what the page is in the map that was asked
         * @param otherName what it is in the other
         */
        void visit(long page, long name, long otherName);
    }

    private final String space;
    private final long pageCount;

    /** Numbers of the chunks that there are, ascending. */
    private final long[] numbers;

    private final Chunk[] chunks;

    private PageMap(String space, long pageCount, long[] numbers, Chunk[] chunks) {
        this.space = space;
        this.pageCount = pageCount;
        this.numbers = numbers;
        this.chunks = chunks;
    }

    /** A space in which every page is as it was at power-on of an empty machine. */
    public static PageMap empty(String space, long pageCount) {
        return new PageMap(space, pageCount, new long[0], new Chunk[0]);
    }

    /** Name of the page space. */
    public String space() {
        return space;
    }

    /** All pages that the space has. */
    public long pageCount() {
        return pageCount;
    }

    /** The name of a page's content, or {@link #ABSENT}. */
    public long name(long page) {
        return chunk(page).names[indexIn(page)];
    }

    /** The virtual time in nanoseconds behind which a page was not written; 0 if it never was, or {@link #UNKNOWN}. */
    public long writtenAt(long page) {
        return chunk(page).writtenAt[indexIn(page)];
    }

    /** How many pages are not absent. */
    public long presentPages() {
        long present = 0;
        for (Chunk chunk : chunks) {
            for (long name : chunk.names) {
                present += name == ABSENT ? 0 : 1;
            }
        }
        return present;
    }

    /** Visits, ascending, every page that is not absent or of which a write is known. */
    public void forEach(Visitor visitor) {
        for (int i = 0; i < chunks.length; i++) {
            long first = numbers[i] << CHUNK_SHIFT;
            Chunk chunk = chunks[i];
            for (int j = 0; j < CHUNK_PAGES; j++) {
                if (chunk.names[j] != ABSENT || chunk.writtenAt[j] != 0) {
                    visitor.visit(first + j, chunk.names[j], chunk.writtenAt[j]);
                }
            }
        }
    }

    /**
     * Visits, ascending, every page whose names differ; what two maps share is not looked at.
     *
     * @throws IllegalArgumentException if the other map is of another space
     */
    public void forEachDifference(PageMap other, DifferenceVisitor visitor) {
        if (!space.equals(other.space) || pageCount != other.pageCount) {
            throw new IllegalArgumentException("pages of %s (%d) and of %s (%d) can't be compared"
                    .formatted(space, pageCount, other.space, other.pageCount));
        }
        int i = 0;
        int j = 0;
        while (i < numbers.length || j < other.numbers.length) {
            long mine = i < numbers.length ? numbers[i] : Long.MAX_VALUE;
            long its = j < other.numbers.length ? other.numbers[j] : Long.MAX_VALUE;
            Chunk a = mine <= its ? chunks[i++] : EMPTY;
            Chunk b = its <= mine ? other.chunks[j++] : EMPTY;
            if (a != b) {
                differences(Math.min(mine, its) << CHUNK_SHIFT, a, b, visitor);
            }
        }
    }

    private static void differences(long first, Chunk a, Chunk b, DifferenceVisitor visitor) {
        int k = Arrays.mismatch(a.names, b.names);
        if (k < 0) {
            return;
        }
        for (; k < CHUNK_PAGES; k++) {
            if (a.names[k] != b.names[k]) {
                visitor.visit(first + k, a.names[k], b.names[k]);
            }
        }
    }

    /** The same map, which shares with another what is equal in both. */
    PageMap sharing(PageMap other) {
        Chunk[] shared = chunks.clone();
        for (int i = 0; i < shared.length; i++) {
            int at = Arrays.binarySearch(other.numbers, numbers[i]);
            if (at >= 0 && shared[i].isEqual(other.chunks[at])) {
                shared[i] = other.chunks[at];
            }
        }
        return new PageMap(space, pageCount, numbers, shared);
    }

    private Chunk chunk(long page) {
        int at = Arrays.binarySearch(numbers, page >> CHUNK_SHIFT);
        return at < 0 ? EMPTY : chunks[at];
    }

    private static int indexIn(long page) {
        return (int) page & CHUNK_PAGES - 1;
    }

    /** A map in the making, from an older one and what has changed since; quickest in the pages' order. */
    public static final class Builder {
        private final PageMap base;
        private long[] numbers;
        private Chunk[] chunks;
        private boolean[] owned;
        private int count;
        private int last;

        /** Begins with an older map, which stays as it is. */
        public Builder(PageMap base) {
            this.base = base;
            count = base.numbers.length;
            numbers = Arrays.copyOf(base.numbers, count + 8);
            chunks = Arrays.copyOf(base.chunks, count + 8);
            owned = new boolean[count + 8];
        }

        /**
         * Says what a page is now.
         *
         * @param name of its content, or {@link #ABSENT}
         * @param writtenAt the virtual time behind which it was not written
         * @throws IllegalStateException if the map would have more parts than a checkpoint may have
         */
        public Builder put(long page, long name, long writtenAt) {
            if (page < 0 || page >= base.pageCount) {
                throw new IndexOutOfBoundsException(
                        "page %d of %s, which has %d".formatted(page, base.space, base.pageCount));
            }
            Chunk chunk = ownChunk(page >> CHUNK_SHIFT);
            chunk.names[indexIn(page)] = name;
            chunk.writtenAt[indexIn(page)] = writtenAt;
            return this;
        }

        /** What a page is in this map so far. */
        public long name(long page) {
            int at = Arrays.binarySearch(numbers, 0, count, page >> CHUNK_SHIFT);
            return at < 0 ? ABSENT : chunks[at].names[indexIn(page)];
        }

        /** The map; the builder must not be used any more. */
        public PageMap build() {
            return new PageMap(base.space, base.pageCount, Arrays.copyOf(numbers, count), Arrays.copyOf(chunks, count));
        }

        private Chunk ownChunk(long number) {
            if (last >= count || numbers[last] != number) {
                int at = Arrays.binarySearch(numbers, 0, count, number);
                last = at >= 0 ? at : insert(~at, number);
            }
            if (!owned[last]) {
                chunks[last] = new Chunk(chunks[last]);
                owned[last] = true;
            }
            return chunks[last];
        }

        private int insert(int at, long number) {
            if (count == MAX_CHUNKS) {
                throw new IllegalStateException(
                        "%s: written in too many places for a checkpoint (%d)".formatted(base.space, count));
            }
            if (count == numbers.length) {
                numbers = Arrays.copyOf(numbers, count * 2);
                chunks = Arrays.copyOf(chunks, count * 2);
                owned = Arrays.copyOf(owned, count * 2);
            }
            System.arraycopy(numbers, at, numbers, at + 1, count - at);
            System.arraycopy(chunks, at, chunks, at + 1, count - at);
            System.arraycopy(owned, at, owned, at + 1, count - at);
            numbers[at] = number;
            chunks[at] = EMPTY;
            owned[at] = false;
            count++;
            return at;
        }
    }
}

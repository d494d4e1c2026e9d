package dev.retrovisor.traces;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongUnaryOperator;

/** Page maps as bytes of a checkpoint file, in its two versions; names there are offsets in one file of pages. */
final class PageMapCodec {
    private static final int MAX_SPACES = 64;

    /** Codes of names that are no record's; a record's is two more than the zigzag of the offset's difference. */
    private static final long ZEROS_CODE = 0;

    private static final long ABSENT_CODE = 1;
    private static final long FIRST_RECORD_CODE = 2;

    private PageMapCodec() {}

    /** Entries of a map, column by column. */
    private static final class Columns {
        long[] pages = new long[1024];
        long[] names = new long[1024];
        long[] writtenAt = new long[1024];
        int count;

        Columns(PageMap map) {
            map.forEach((page, name, nanos) -> {
                if (count == pages.length) {
                    pages = Arrays.copyOf(pages, count * 2);
                    names = Arrays.copyOf(names, count * 2);
                    writtenAt = Arrays.copyOf(writtenAt, count * 2);
                }
                pages[count] = page;
                names[count] = name;
                writtenAt[count++] = nanos;
            });
        }
    }

    /** @param offsetOf the offset in the file of a name that is a record's */
    static ByteSink encode(List<PageMap> maps, LongUnaryOperator offsetOf) {
        List<Columns> spaces = maps.stream().map(Columns::new).toList();
        long[] times = times(spaces);
        var out = new ByteSink(64 * 1024);
        out.putVarint(times.length);
        for (int i = 0; i < times.length; i++) {
            out.putVarint(times[i] - (i == 0 ? 0 : times[i - 1]));
        }
        out.putVarint(maps.size());
        for (int i = 0; i < maps.size(); i++) {
            out.putString(maps.get(i).space());
            out.putVarint(maps.get(i).pageCount());
            putPages(out, spaces.get(i));
            putNames(out, spaces.get(i), offsetOf);
            putTimes(out, spaces.get(i), times);
        }
        return out;
    }

    /** The times of last writes, ascending, each once. */
    private static long[] times(List<Columns> spaces) {
        var all = new long[spaces.stream().mapToInt(columns -> columns.count).sum()];
        int count = 0;
        for (Columns columns : spaces) {
            for (int i = 0; i < columns.count; i++) {
                // Neighbours were mostly written together.
                if (i == 0 || columns.writtenAt[i] != columns.writtenAt[i - 1]) {
                    all[count++] = columns.writtenAt[i];
                }
            }
        }
        return Arrays.stream(all, 0, count).sorted().distinct().toArray();
    }

    /** Runs of pages one behind the other: gap to the run before, length less one. */
    private static void putPages(ByteSink out, Columns columns) {
        var runs = new ByteSink(4096);
        int count = 0;
        long behind = 0;
        for (int i = 0; i < columns.count; count++) {
            int begin = i;
            do {
                i++;
            } while (i < columns.count && columns.pages[i] == columns.pages[i - 1] + 1);
            runs.putVarint(columns.pages[begin] - behind);
            runs.putVarint(i - begin - 1L);
            behind = columns.pages[i - 1] + 1;
        }
        out.putVarint(count);
        out.putRaw(runs.buffer(), 0, runs.length());
    }

    private static void putNames(ByteSink out, Columns columns, LongUnaryOperator offsetOf) {
        long last = 0;
        for (int i = 0; i < columns.count; i++) {
            long name = columns.names[i];
            if (name == PageMap.ZEROS) {
                out.putVarint(ZEROS_CODE);
            } else if (name == PageMap.ABSENT) {
                out.putVarint(ABSENT_CODE);
            } else {
                long offset = offsetOf.applyAsLong(name);
                long difference = offset - last;
                out.putVarint(FIRST_RECORD_CODE + (difference << 1 ^ difference >> 63));
                last = offset;
            }
        }
    }

    /** Runs of entries with one time: length less one, and how far the time is from the last in the table. */
    private static void putTimes(ByteSink out, Columns columns, long[] times) {
        for (int i = 0; i < columns.count; ) {
            int begin = i;
            do {
                i++;
            } while (i < columns.count && columns.writtenAt[i] == columns.writtenAt[begin]);
            out.putVarint(i - begin - 1L);
            out.putVarint(times.length - 1L - Arrays.binarySearch(times, columns.writtenAt[begin]));
        }
    }

    /** @param nameOf the name of the record at an offset of the file */
    static List<PageMap> decode(ByteSource in, LongUnaryOperator nameOf) {
        var times = new long[in.getCount(1)];
        for (int i = 0; i < times.length; i++) {
            times[i] = in.getVarint() + (i == 0 ? 0 : times[i - 1]);
            if (times[i] < (i == 0 ? 0 : times[i - 1])) {
                throw in.bad("time " + times[i], "ascending times");
            }
        }
        List<PageMap> maps = new ArrayList<>();
        for (int i = spaceCount(in); i > 0; i--) {
            maps.add(decodeSpace(in, times, nameOf));
        }
        in.requireEnd();
        return maps;
    }

    private static PageMap decodeSpace(ByteSource in, long[] times, LongUnaryOperator nameOf) {
        PageMap empty = emptySpace(in);
        long[] pages = pages(in, empty.pageCount());
        var names = new long[pages.length];
        long offset = 0;
        for (int i = 0; i < pages.length; i++) {
            long code = in.getVarint();
            if (code == ZEROS_CODE) {
                names[i] = PageMap.ZEROS;
            } else if (code == ABSENT_CODE) {
                names[i] = PageMap.ABSENT;
            } else {
                long zigzag = code - FIRST_RECORD_CODE;
                offset += zigzag >>> 1 ^ -(zigzag & 1);
                names[i] = requireRecord(in, offset, nameOf);
            }
        }
        var map = new PageMap.Builder(empty);
        for (int i = 0; i < pages.length; ) {
            long run = in.getVarint();
            long back = in.getVarint();
            if (run < 0 || run >= pages.length - i || back < 0 || back >= times.length) {
                throw in.bad("a run of 1 + %d pages with time %d of %d".formatted(run, back, times.length), "less");
            }
            long nanos = times[times.length - 1 - (int) back];
            for (int end = i + (int) run + 1; i < end; i++) {
                put(in, map, pages[i], names[i], nanos);
            }
        }
        return map.build();
    }

    private static long[] pages(ByteSource in, long pageCount) {
        int runs = in.getCount(2);
        var begins = new long[runs];
        var lengths = new int[runs];
        long behind = 0;
        long total = 0;
        for (int i = 0; i < runs; i++) {
            long gap = in.getVarint();
            long more = in.getVarint();
            if (gap < 0 || gap >= pageCount - behind || more < 0 || more >= pageCount - behind - gap) {
                throw in.bad("1 + %d pages %d behind %d".formatted(more, gap, behind), "pages below " + pageCount);
            }
            begins[i] = behind + gap;
            behind = begins[i] + more + 1;
            total += more + 1;
            // Each has a name of one byte at least.
            if (total > in.remaining()) {
                throw in.bad(total + " pages", "at most " + in.remaining());
            }
            lengths[i] = (int) more + 1;
        }
        var pages = new long[(int) total];
        int count = 0;
        for (int i = 0; i < runs; i++) {
            for (int j = 0; j < lengths[i]; j++) {
                pages[count++] = begins[i] + j;
            }
        }
        return pages;
    }

    /** The page index of version 1, which knows no times. */
    static List<PageMap> decodeFirstVersion(ByteSource in, LongUnaryOperator nameOf) {
        List<PageMap> maps = new ArrayList<>();
        for (int i = spaceCount(in); i > 0; i--) {
            maps.add(decodeFirstVersionSpace(in, nameOf));
        }
        in.requireEnd();
        return maps;
    }

    private static PageMap decodeFirstVersionSpace(ByteSource in, LongUnaryOperator nameOf) {
        PageMap empty = emptySpace(in);
        var map = new PageMap.Builder(empty);
        long present = in.getCount(2);
        long number = -1;
        long offset = 0;
        for (long i = 0; i < present; i++) {
            long gap = in.getVarint();
            if (gap < 0 || gap >= empty.pageCount() - number - 1) {
                throw in.bad("page " + number + " + 1 + " + gap, "below " + empty.pageCount());
            }
            number += gap + 1;
            long coded = in.getVarint();
            if (coded == 0) {
                put(in, map, number, PageMap.ZEROS, PageMap.UNKNOWN);
                continue;
            }
            long zigzag = coded >>> 1;
            offset += zigzag >>> 1 ^ -(zigzag & 1);
            if ((coded & 1) == 0) {
                throw in.bad("name " + coded + " of a page", "an odd one");
            }
            put(in, map, number, requireRecord(in, offset, nameOf), PageMap.UNKNOWN);
        }
        return map.build();
    }

    private static int spaceCount(ByteSource in) {
        int count = in.getCount(1);
        if (count > MAX_SPACES) {
            throw in.bad(count + " page spaces", "at most " + MAX_SPACES);
        }
        return count;
    }

    private static PageMap emptySpace(ByteSource in) {
        String name = in.getString();
        long pageCount = in.getVarint();
        if (pageCount < 0) {
            throw in.bad(Long.toUnsignedString(pageCount) + " pages", "fewer");
        }
        return PageMap.empty(name, pageCount);
    }

    private static long requireRecord(ByteSource in, long offset, LongUnaryOperator nameOf) {
        if (offset < PageRecord.FILE_HEADER_BYTES || offset > PageName.MAX_OFFSET) {
            throw in.bad("offset " + offset + " of a page", "one of a record");
        }
        return nameOf.applyAsLong(offset);
    }

    private static void put(ByteSource in, PageMap.Builder map, long page, long name, long nanos) {
        try {
            map.put(page, name, nanos);
        } catch (IllegalStateException e) {
            throw in.bad("pages in more than %d places".formatted(PageMap.MAX_CHUNKS), "fewer");
        }
    }
}

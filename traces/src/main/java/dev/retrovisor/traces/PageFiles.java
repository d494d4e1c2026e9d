package dev.retrovisor.traces;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The files of pages that a store has met, numbered in the order in which it met them. None is closed before the store: what
 * was loaded stays readable when its file was replaced. Opening is for one thread at a time, reading for any.
 */
final class PageFiles implements AutoCloseable {
    private final Path folder;
    private final List<PageReader> readers = new CopyOnWriteArrayList<>();
    private final Map<Long, Integer> numbers = new HashMap<>();

    PageFiles(Path folder) {
        this.folder = folder;
    }

    /** Opens a file, unless it is open. */
    void open(long id) throws IOException {
        if (!numbers.containsKey(id)) {
            readers.add(PageReader.open(folder, id));
            numbers.put(id, readers.size() - 1);
        }
    }

    /** Enters a file that is written. */
    void add(PageWriter writer) throws IOException {
        open(writer.id());
    }

    int numberOf(long id) {
        return numbers.get(id);
    }

    int numberOf(PageWriter writer) {
        return numberOf(writer.id());
    }

    /** Where a page is. */
    PageReader reader(long name) {
        int file = PageName.file(name);
        if (!PageName.isRecord(name) || file >= readers.size()) {
            throw new IllegalArgumentException("no page of this store has the name " + name);
        }
        return readers.get(file);
    }

    void read(long name, byte[] target) {
        if (name == PageMap.ZEROS) {
            Arrays.fill(target, 0, PageRecord.PAGE_BYTES, (byte) 0);
        } else {
            reader(name).read(PageName.offset(name), target);
        }
    }

    /** Bytes that a page takes in its file. */
    long recordBytes(long name) {
        long offset = PageName.offset(name);
        return reader(name).header(offset).next() - offset;
    }

    /** Reads every record of every file and checks that its content has the hash that it is filed under. */
    void verify() {
        var page = new byte[PageRecord.PAGE_BYTES];
        for (PageReader reader : new ArrayList<>(readers)) {
            long end = reader.sizeBytes();
            long offset = PageRecord.FILE_HEADER_BYTES;
            // What is cut off at the end was left by a writer that was killed: no checkpoint can name it.
            while (end - offset >= PageRecord.HEADER_BYTES
                    && reader.header(offset).next() <= end) {
                offset = reader.verify(offset, page);
            }
        }
    }

    @Override
    public void close() {
        readers.forEach(PageReader::close);
    }
}

package dev.retrovisor.machine.disk;

import dev.retrovisor.machine.state.PageSpace;
import java.util.ArrayList;
import java.util.List;

/** Keeps an overlay's pages in the Java heap, in chunks of 1 MiB that are made as slots are first written. */
public final class HeapPageStorage implements PageStorage {
    private static final int CHUNK_PAGES_LOG2 = 8;
    private static final int CHUNK_PAGES = 1 << CHUNK_PAGES_LOG2;

    private final List<byte[]> chunks = new ArrayList<>();

    @Override
    public void read(int slot, byte[] target, int targetOffset) {
        System.arraycopy(
                chunks.get(slot >> CHUNK_PAGES_LOG2), offset(slot), target, targetOffset, PageSpace.PAGE_BYTES);
    }

    @Override
    public void write(int slot, byte[] source, int sourceOffset) {
        int chunk = slot >> CHUNK_PAGES_LOG2;
        while (chunk >= chunks.size()) {
            chunks.add(new byte[CHUNK_PAGES * PageSpace.PAGE_BYTES]);
        }
        System.arraycopy(source, sourceOffset, chunks.get(chunk), offset(slot), PageSpace.PAGE_BYTES);
    }

    @Override
    public void clear() {
        chunks.clear();
    }

    @Override
    public void close() {
        chunks.clear();
    }

    private static int offset(int slot) {
        return (slot & (CHUNK_PAGES - 1)) * PageSpace.PAGE_BYTES;
    }
}

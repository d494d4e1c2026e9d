package dev.retrovisor.introspect.export;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * A new file that is written from its beginning to its end, whose pages of zeros are holes: they read as zeros and take no
 * room where the file system can do that. A file that was there before is replaced.
 */
final class SparseFile implements Closeable {
    private static final int PAGE_BYTES = 4096;
    private static final int BUFFER_BYTES = 1 << 18;

    private final FileChannel file;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private long written;

    SparseFile(Path path) throws IOException {
        file = FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
    }

    /** Where the next byte goes. */
    long position() {
        return written + buffer.position();
    }

    void write(byte[] bytes, int length) throws IOException {
        if (length == PAGE_BYTES && isZero(bytes)) {
            skip(PAGE_BYTES);
            return;
        }
        int done = 0;
        while (done < length) {
            int now = Math.min(length - done, buffer.remaining());
            buffer.put(bytes, done, now);
            done += now;
            if (!buffer.hasRemaining()) {
                flush();
            }
        }
    }

    void write(byte[] bytes) throws IOException {
        write(bytes, bytes.length);
    }

    /** Leaves zeros. */
    void skip(long lengthBytes) throws IOException {
        if (lengthBytes > 0) {
            flush();
            written += lengthBytes;
        }
    }

    private void flush() throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            written += file.write(buffer, written);
        }
        buffer.clear();
    }

    private static boolean isZero(byte[] page) {
        return page[0] == 0 && Arrays.equals(page, 0, PAGE_BYTES - 1, page, 1, PAGE_BYTES);
    }

    @Override
    public void close() throws IOException {
        try (file) {
            flush();
            if (written > file.size()) {
                file.write(ByteBuffer.allocate(1), written - 1);
            }
        }
    }
}

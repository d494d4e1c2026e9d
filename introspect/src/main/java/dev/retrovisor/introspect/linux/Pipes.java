package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Pipes and FIFOs that processes have open. */
public final class Pipes {
    private static final int TYPE_SHIFT = 12;
    private static final int FIFO = 1;
    private static final int MOST_HEAD_BYTES = 64;

    /**
     * One pipe.
     *
     * @param path {@code pipe:[123]}, or that of a FIFO
     * @param head the first of the buffered bytes
     * @param buffers pieces that they lie in
     * @param mostBuffers pieces at most
     */
    public record Pipe(
            long inode,
            String path,
            long bufferedBytes,
            byte[] head,
            int buffers,
            int mostBuffers,
            List<Holders.Holder> readers,
            List<Holders.Holder> writers) {}

    private final PhysicalPages pages;
    private final KernelView kernel;
    private final Holders holders;
    private final Paths paths;

    public Pipes(PhysicalPages pages, Holders holders) {
        this.pages = pages;
        this.holders = holders;
        kernel = pages.kernel();
        paths = new Paths(kernel);
    }

    public Stream<Pipe> all() {
        return holders.inodes()
                .flatMap(open -> kernel
                        .tolerate(
                                "pipes",
                                () -> pipe(kernel.object("inode", open.getKey()), open.getValue())
                                        .orElse(null))
                        .stream());
    }

    private Optional<Pipe> pipe(KernelObject inode, Holders.Holder first) {
        if (inode.getInt("i_mode") >>> TYPE_SHIFT != FIFO) {
            return Optional.empty();
        }
        return inode.follow("i_pipe").map(pipe -> read(inode, pipe, first));
    }

    private Pipe read(KernelObject inode, KernelObject pipe, Holders.Holder first) {
        long ring = pipe.get("ring_size");
        int head = pipe.getInt("head");
        int tail = pipe.getInt("tail");
        // Both run around; the ring's size is a power of two.
        int used = (int) (head - tail & 2 * ring - 1);
        var content = new ByteArrayOutputStream();
        long bytes = 0;
        for (int i = 0; i < Math.min(used, ring); i++) {
            long address = pipe.get("bufs")
                    + (tail + i & ring - 1)
                            * kernel.types().struct("pipe_buffer").sizeBytes();
            KernelObject buffer = kernel.object("pipe_buffer", address);
            bytes += buffer.get("len");
            int wanted = (int) Math.min(MOST_HEAD_BYTES - content.size(), buffer.get("len"));
            if (wanted > 0) {
                content.writeBytes(pages.read(pages.frame(buffer.get("page")), buffer.getInt("offset"), wanted));
            }
        }
        List<Holders.Holder> all = holders.of(inode.address());
        return new Pipe(
                inode.get("i_ino"),
                paths.ofFile(first.file()).toString(),
                bytes,
                content.toByteArray(),
                used,
                (int) ring,
                all.stream().filter(Holders.Holder::reads).toList(),
                all.stream().filter(Holders.Holder::writes).toList());
    }
}

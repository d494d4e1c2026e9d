package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.Holders;
import dev.retrovisor.introspect.linux.PhysicalPages;
import dev.retrovisor.introspect.linux.Pipes;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/** Pipes and FIFOs that processes have open. */
final class PipeList implements Inspection<PipeList.Row> {
    /**
     * @param path {@code pipe:[123]}, or that of a FIFO
     * @param buffers pieces that the bytes lie in, and how many there may be
     * @param content the first of the bytes
     * @param readers processes and their file descriptors
     */
    record Row(
            long inode,
            String path,
            @Column(Column.Style.BYTES) long bytes,
            String buffers,
            String readers,
            String writers,
            String content) {}

    @Override
    public String name() {
        return "pipes";
    }

    @Override
    public String summary() {
        return "pipes and FIFOs: what is in them, who reads and who writes";
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public Stream<Row> run(KernelView kernel, Scope scope) {
        var holders = new Holders(kernel);
        return kernel.tolerate(name(), () -> new PhysicalPages(kernel)).stream()
                .flatMap(pages -> new Pipes(pages, holders).all())
                .filter(pipe -> Stream.concat(pipe.readers().stream(), pipe.writers().stream())
                        .anyMatch(holder -> scope.has(holder.pid())))
                .map(pipe -> new Row(
                        pipe.inode(),
                        pipe.path(),
                        pipe.bufferedBytes(),
                        pipe.buffers() + "/" + pipe.mostBuffers(),
                        Holders.text(pipe.readers().stream()),
                        Holders.text(pipe.writers().stream()),
                        new String(pipe.head(), StandardCharsets.UTF_8)));
    }
}

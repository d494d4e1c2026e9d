package dev.retrovisor.cli.gdb;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.FilePages;
import dev.retrovisor.introspect.linux.Vma;
import dev.retrovisor.introspect.memory.AddressSpace;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The files that a process has mapped, out of the guest's page cache. */
final class ProcessFiles {
    private ProcessFiles() {}

    /**
     * A file by its path; or by its name alone, since programs name libraries by paths with symbolic links in them.
     */
    static Optional<RemoteFile> find(GuestProcess process, String path) {
        KernelView kernel = process.kernel();
        List<Vma> mapped = process.maps().stream()
                .filter(vma -> vma.kind() == Vma.Kind.FILE)
                .toList();
        String name = name(path);
        return first(mapped, vma -> vma.name().equals(path))
                .or(() -> first(mapped, vma -> name(vma.name()).equals(name)))
                .flatMap(Vma::file)
                .map(file -> content(kernel, file.to("f_inode")));
    }

    private static Optional<Vma> first(List<Vma> mapped, Predicate<Vma> isIt) {
        return mapped.stream().filter(isIt).findFirst();
    }

    private static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static RemoteFile content(KernelView kernel, KernelObject inode) {
        var pages = new FilePages(kernel, inode);
        long size = pages.sizeBytes();
        return new RemoteFile() {
            @Override
            public long sizeBytes() {
                return size;
            }

            @Override
            public byte[] read(long offset, int mostBytes) {
                byte[] bytes = new byte[(int) Math.min(mostBytes, size - offset)];
                AddressSpace space = pages.asSpace();
                return Arrays.copyOf(bytes, space.readAvailable(offset, bytes, bytes.length));
            }
        };
    }
}

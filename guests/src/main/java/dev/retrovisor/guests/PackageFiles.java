package dev.retrovisor.guests;

import dev.retrovisor.guests.DebianArchive.DebianPackage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What riscv64 Debian packages hold, for whoever wants to add programs to a guest. The packages come through the same
 * chain of signatures as a guest; nothing is kept, so that callers keep what they make of the files.
 */
public final class PackageFiles {
    private final Host host;

    public PackageFiles(Host host) {
        this.host = host;
    }

    /** Takes what it wants of the packages' files; paths have no slash before them. */
    public interface Visitor {
        void file(String path, byte[] content) throws IOException;

        /** @param target what the symbolic link says, not resolved */
        void link(String path, String target) throws IOException;
    }

    /**
     * Visits the files of packages and of all that they depend on, directly or not, as far as {@code taken} accepts the
     * names; alternatives and virtual packages are passed over.
     *
     * @param workFolder takes the downloads; the caller removes it
     */
    public void visit(
            List<String> names,
            Predicate<String> taken,
            PullOptions options,
            Path workFolder,
            Progress progress,
            Visitor visitor) {
        Keyring keyring = Keyring.open(options.keyring(), host);
        List<String> mirrors = new Guests(workFolder, host).mirrors(options);
        try (Transport transport = new Transport(host.environment())) {
            Downloads downloads = new Downloads(workFolder, transport, progress);
            DebianArchive archive = DebianArchive.open(mirrors, keyring, host, downloads);
            for (DebianPackage needed : withDependencies(archive, names, taken)) {
                DebFile.forEachFile(archive.fetch(needed), needed.toString(), progress, adapted(visitor));
            }
        } catch (IOException e) {
            throw new GuestException(
                    "%s and its dependencies: cannot be unpacked in %s (%s): look at its permissions and free space"
                            .formatted(String.join(", ", names), workFolder, Downloads.reason(e)),
                    e);
        }
    }

    private static Iterable<DebianPackage> withDependencies(
            DebianArchive archive, List<String> names, Predicate<String> taken) throws IOException {
        List<DebianPackage> candidates = archive.packages(taken.or(names::contains));
        Map<String, DebianPackage> found = new TreeMap<>();
        Deque<String> wanted = new ArrayDeque<>(names);
        while (!wanted.isEmpty()) {
            String next = wanted.pop();
            if (!found.containsKey(next)) {
                DebianPackage needed = DebianArchive.newest(candidates, next);
                found.put(next, needed);
                needed.depends().stream().filter(taken).forEach(wanted::push);
            }
        }
        return found.values();
    }

    private static DebFile.FileVisitor adapted(Visitor visitor) {
        return new DebFile.FileVisitor() {
            @Override
            public void visit(String path, long sizeBytes, InputStream content) throws IOException {
                visitor.file(path, content.readAllBytes());
            }

            @Override
            public void visitLink(String path, String target) throws IOException {
                visitor.link(path, target);
            }
        };
    }
}

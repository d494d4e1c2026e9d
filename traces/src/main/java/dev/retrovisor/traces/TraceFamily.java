package dev.retrovisor.traces;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;

/** Finds traces that belong together: a trace names its parent by the hash of the parent's manifest. */
public final class TraceFamily {
    /** More folders in one are no traces somebody keeps side by side, and looking into all would take long. */
    private static final int MOST_FOLDERS = 10_000;

    private TraceFamily() {}

    /**
     * The parent of a trace.
     *
     * @param given folders that may be it, or hold it: tried before where it was and the folder of the trace
     * @return empty if it is in none of them
     */
    public static Optional<Path> parent(Path trace, Manifest.Parent parent, List<Path> given) {
        for (Path candidate : candidates(trace, parent, given)) {
            if (manifestSha256(candidate).filter(parent.manifestSha256()::equals).isPresent()) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    private static SequencedSet<Path> candidates(Path trace, Manifest.Parent parent, List<Path> given) {
        var candidates = new LinkedHashSet<Path>();
        for (Path folder : given) {
            candidates.add(folder);
            candidates.addAll(tracesIn(folder));
        }
        hinted(trace, parent).ifPresent(candidates::add);
        candidates.addAll(tracesIn(folderOf(trace)));
        return candidates;
    }

    /** Where a trace says that its parent was; empty if it says nothing that could be a path. */
    public static Optional<Path> hinted(Path trace, Manifest.Parent parent) {
        if (parent.pathHint().isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(trace.toAbsolutePath().resolve(parent.pathHint()).normalize());
        } catch (InvalidPathException _) {
            return Optional.empty();
        }
    }

    /** How {@link #hinted} finds a parent from a trace that is about to be made. */
    public static String hint(Path trace, Path parent) {
        Path from = trace.toAbsolutePath().normalize();
        Path to = parent.toAbsolutePath().normalize();
        return from.getRoot().equals(to.getRoot()) ? from.relativize(to).toString() : to.toString();
    }

    /** The folder in which a trace lies. */
    public static Path folderOf(Path trace) {
        Path absolute = trace.toAbsolutePath().normalize();
        return absolute.getParent() == null ? absolute : absolute.getParent();
    }

    /** Folders with a manifest in a folder, by name. */
    public static List<Path> tracesIn(Path folder) {
        var found = new ArrayList<Path>();
        if (!Files.isDirectory(folder) || !Files.isReadable(folder)) {
            return found;
        }
        try (var content = Files.list(folder)) {
            content.limit(MOST_FOLDERS).filter(TraceFamily::isTrace).sorted().forEach(found::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    /** Whether a folder has a manifest. */
    public static boolean isTrace(Path folder) {
        return Files.isRegularFile(folder.resolve(TraceLayout.MANIFEST));
    }

    /** The hash of a folder's manifest; empty if it has none that can be read. */
    public static Optional<String> manifestSha256(Path folder) {
        Path manifest = folder.resolve(TraceLayout.MANIFEST);
        if (!Files.isRegularFile(manifest) || !Files.isReadable(manifest)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Hashes.hex(Hashes.sha256(TraceFiles.readBounded(manifest, TraceLayout.MAX_JSON_BYTES))));
        } catch (TraceFormatException | UncheckedIOException _) {
            return Optional.empty();
        }
    }
}

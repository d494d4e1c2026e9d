package dev.retrovisor.traces;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The files of a trace's checkpoints, as a writer in another process may change them at any time.
 *
 * @param path the folder, which need not be there
 * @param manifestHash of the trace whose checkpoints these are
 */
record CheckpointFolder(Path path, byte[] manifestHash) {
    Path file(String checkpoint) {
        return path.resolve(checkpoint + CheckpointFile.SUFFIX);
    }

    /** The facts of all checkpoints, by position. */
    List<CheckpointFile.Facts> facts() {
        List<CheckpointFile.Facts> found = new ArrayList<>();
        for (Path file : filesNamed("*" + CheckpointFile.SUFFIX)) {
            try {
                found.add(CheckpointFile.readFacts(file, manifestHash));
            } catch (NoSuchFileException _) {
                // Deleted by its writer since the folder was read.
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        found.sort(Comparator.comparing(
                CheckpointFile.Facts::checkpoint,
                Comparator.comparing(Checkpoint::position)
                        .thenComparingLong(Checkpoint::inputs)
                        .thenComparing(Checkpoint::name)));
        return found;
    }

    /** Bytes of all files of checkpoints and pages. */
    long totalBytes() {
        long bytes = pageFileBytes();
        for (Path file : filesNamed("*" + CheckpointFile.SUFFIX)) {
            bytes += sizeOf(file);
        }
        return bytes;
    }

    /** Bytes of all files of pages. */
    long pageFileBytes() {
        long bytes = 0;
        for (Path file : filesNamed("*")) {
            bytes += PageRecord.isFileName(file.getFileName().toString()) ? sizeOf(file) : 0;
        }
        return bytes;
    }

    /** Bytes of one file of pages. */
    long sizeOfPages(long id) {
        return sizeOf(path.resolve(PageRecord.fileName(id)));
    }

    /** 0 for a file that is gone. */
    static long sizeOf(Path file) {
        return file.toFile().length();
    }

    static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** In the order of their names; none if the folder is not there. */
    List<Path> filesNamed(String pattern) {
        if (!Files.isDirectory(path)) {
            return List.of();
        }
        try (var entries = Files.newDirectoryStream(path, pattern)) {
            List<Path> found = new ArrayList<>();
            entries.forEach(found::add);
            found.sort(Comparator.naturalOrder());
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.retrovisor.traces;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;

/** Small files of a trace, read with a limit and written so that they are there whole or not at all. */
final class TraceFiles {
    /** What a file's name has at its end until it is whole. */
    static final String TEMPORARY_SUFFIX = ".tmp";

    private static final int PIECE_BYTES = 1 << 20;

    private TraceFiles() {}

    /** Reads a regular file: anything else (a pipe would wait for ever) is refused. */
    static byte[] readBounded(Path file, long maxBytes) {
        requireRegular(file);
        try (var in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes((int) Math.min(maxBytes + 1, Integer.MAX_VALUE - 8));
            if (bytes.length > maxBytes) {
                throw new TraceFormatException(file, maxBytes, "more bytes", "at most " + maxBytes);
            }
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void requireRegular(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new TraceFormatException(file, 0, Files.exists(file) ? "no regular file" : "no file", "a file");
        }
    }

    /** @throws TraceFullException if the file can be made but not filled */
    static void writeWhole(Path file, byte[] bytes) {
        Path temporary = file.resolveSibling(file.getFileName() + TEMPORARY_SUFFIX);
        try (var out = Files.newOutputStream(temporary)) {
            fill(file, out, bytes);
        } catch (IOException | TraceFullException e) {
            try {
                Files.deleteIfExists(temporary);
            } catch (IOException again) {
                e.addSuppressed(again);
            }
            throw e instanceof IOException io ? new UncheckedIOException(io) : (TraceFullException) e;
        }
        try {
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Gives a file of a length another name; whether that was done: there may be no such file, or no such links. */
    static boolean link(Path existing, long sizeBytes, Path file) {
        try {
            if (!Files.isRegularFile(existing, LinkOption.NOFOLLOW_LINKS) || Files.size(existing) != sizeBytes) {
                return false;
            }
            Files.createLink(file, existing);
            return true;
        } catch (IOException | UnsupportedOperationException _) {
            return false;
        }
    }

    /** Deletes all that is in a folder, of which nothing is kept because of {@code reason}; what fails is added to it. */
    static void deleteContent(Path folder, Exception reason) {
        try (var content = Files.list(folder)) {
            for (Path path : content.toList()) {
                deleteTree(path, reason);
            }
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    /** Deletes a file, or a folder with all that is in it. */
    static void deleteTree(Path root, Exception reason) {
        try (var walk = Files.walk(root)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException | UncheckedIOException e) {
            reason.addSuppressed(e);
        }
    }

    private static void fill(Path file, OutputStream out, byte[] bytes) {
        try {
            // A piece at a time: Java keeps an off-heap copy of the largest one for the rest of the process.
            for (int at = 0; at < bytes.length; at += PIECE_BYTES) {
                out.write(bytes, at, Math.min(PIECE_BYTES, bytes.length - at));
            }
        } catch (IOException e) {
            throw new TraceFullException("%s: cannot be written: %s".formatted(file, e.getMessage()), e);
        }
    }
}

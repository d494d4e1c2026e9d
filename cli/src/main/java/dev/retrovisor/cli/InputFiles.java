package dev.retrovisor.cli;

import dev.retrovisor.traces.disk.ImageContent;
import dev.retrovisor.traces.disk.ImageHashes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Checks of files that the user names, each with a message of its own. */
final class InputFiles {
    private InputFiles() {}

    /** @param role the option or word that named it */
    static void requireFile(Path file, String role) {
        if (!Files.exists(file)) {
            throw new UserMistake("%s %s: no such file".formatted(role, file));
        }
        if (Files.isDirectory(file)) {
            throw new UserMistake("%s %s: a folder: name a file".formatted(role, file));
        }
        if (!Files.isReadable(file)) {
            throw new UserMistake("%s %s: not readable: look at its owner and mode".formatted(role, file));
        }
    }

    /** A trace is a folder; what is in it is the reader's business. */
    static void requireTrace(Path trace) {
        if (!Files.exists(trace)) {
            throw new UserMistake(
                    "%s: no such trace: 'retrovisor record GUEST -o %s' makes one".formatted(trace, trace));
        }
        if (!Files.isDirectory(trace)) {
            throw new BadFile("%s: not a trace: a file, where a trace is a folder NAME.trace/".formatted(trace));
        }
        if (!Files.isReadable(trace) || !Files.isExecutable(trace)) {
            throw new UserMistake("%s: not readable: look at its owner and mode".formatted(trace));
        }
    }

    static ImageContent read(Path file, String role, long maxBytes) {
        requireFile(file, role);
        try {
            if (Files.size(file) > maxBytes) {
                throw new UserMistake("%s %s: %s, more than %s: that is no such image"
                        .formatted(role, file, Text.bytes(Files.size(file)), Text.bytes(maxBytes)));
            }
            return ImageHashes.inUserCache().read(file, maxBytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.retrovisor.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** Checks of files that are to be written, before the work that would be lost. */
final class OutputFiles {
    private OutputFiles() {}

    /**
     * That a file can be made, or replaced.
     *
     * @param option that named it
     * @throws UserMistake if not
     */
    static void requireFile(Path file, String option) {
        requireFolder(file.toAbsolutePath().getParent(), option, file);
        if (Files.isDirectory(file)) {
            throw new UserMistake("%s %s: a folder: name a file".formatted(option, file));
        }
        if (Files.exists(file) && !Files.isWritable(file)) {
            throw new UserMistake("%s %s: not writable: look at its owner and mode".formatted(option, file));
        }
    }

    /** That there can be a folder: it is there, or the one around it is. */
    static void requireNewFolder(Path folder, String option) {
        if (Files.isDirectory(folder)) {
            requireFolder(folder, option, folder);
        } else if (Files.exists(folder)) {
            throw new UserMistake("%s %s: a file: name a folder".formatted(option, folder));
        }
    }

    private static void requireFolder(Path folder, String option, Path named) {
        if (folder == null || !Files.isDirectory(folder)) {
            throw new UserMistake("%s %s: its folder is not there: make it".formatted(option, named));
        }
        if (!Files.isWritable(folder)) {
            throw new UserMistake(
                    "%s %s: its folder is not writable: look at its owner and mode".formatted(option, named));
        }
    }
}

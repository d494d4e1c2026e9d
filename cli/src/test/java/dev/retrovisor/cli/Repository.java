package dev.retrovisor.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** Files of the project around this module. */
final class Repository {
    private Repository() {}

    /** The folder with the launcher in it. */
    static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("retrovisor"))) {
            folder = folder.getParent();
        }
        return folder;
    }
}

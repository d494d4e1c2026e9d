package dev.retrovisor.machine.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What is being run, in a file: a wrong block can end the process before it says anything. */
final class FuzzLog {
    private static final Path FILE = Path.of("target", "fuzz-program");

    private FuzzLog() {}

    /** Enters the number of the program that begins now. */
    static void running(long program) {
        try {
            Files.createDirectories(FILE.getParent());
            Files.writeString(FILE, Long.toString(program));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

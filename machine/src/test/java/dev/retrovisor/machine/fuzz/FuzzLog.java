package dev.retrovisor.machine.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What is being run, in a file: a wrong block can end the process before it says anything. */
final class FuzzLog {
    private static final Path FILE = Path.of("target", "fuzz-program");
    private static final int BYTES = 20;

    private final MappedByteBuffer file;

    FuzzLog() {
        try {
            Files.createDirectories(FILE.getParent());
            try (FileChannel channel = FileChannel.open(
                    FILE, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                file = channel.map(FileChannel.MapMode.READ_WRITE, 0, BYTES);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Enters the number of the program that begins now. */
    void running(long program) {
        file.put(0, ("%-" + BYTES + "d").formatted(program).getBytes(StandardCharsets.US_ASCII));
    }
}

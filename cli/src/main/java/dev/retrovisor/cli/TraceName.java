package dev.retrovisor.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.function.Supplier;

/** Where a recording goes. */
final class TraceName {
    private static final String DATE = "yyyyMMdd-HHmmss";

    private TraceName() {}

    /** What the user asked for, checked, or else a dated name in the current folder that is not taken. */
    static Path of(Optional<Path> output, String guest, Supplier<Clock> clock) {
        return of(output, Path.of(""), guest, clock);
    }

    /** The same with a dated name in a folder of the caller's choice. */
    static Path of(Optional<Path> output, Path folder, String guest, Supplier<Clock> clock) {
        return output.map(TraceName::checked).orElseGet(() -> {
            String base = guest.replaceAll("[^A-Za-z0-9._-]", "_") + "-"
                    + DateTimeFormatter.ofPattern(DATE).format(LocalDateTime.now(clock.get()));
            Path name = folder.resolve(base + ".trace");
            for (int i = 2; Files.exists(name); i++) {
                name = folder.resolve(base + "-" + i + ".trace");
            }
            return checked(name);
        });
    }

    private static Path checked(Path output) {
        if (Files.exists(output) && !isEmptyFolder(output)) {
            throw new UserMistake(
                    "%s: exists already: choose another name with --output, or remove it".formatted(output));
        }
        Path parent = output.toAbsolutePath().normalize().getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new UserMistake("%s: there is no folder %s: make it first".formatted(output, parent));
        }
        if (!Files.isWritable(parent)) {
            throw new UserMistake(
                    "%s: no permission to write to %s: choose another place with --output".formatted(output, parent));
        }
        return output;
    }

    private static boolean isEmptyFolder(Path path) {
        if (!Files.isDirectory(path)) {
            return false;
        }
        try (var content = Files.list(path)) {
            return content.findAny().isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.retrovisor.guests;

import java.io.IOException;
import java.nio.file.Path;

/** How the SHA-256 of a file is found out: by reading it, or by whoever remembers it and knows that it has not changed. */
@FunctionalInterface
public interface FileHashing {
    /** @return lower-case hexadecimal */
    String sha256(Path file) throws IOException;
}

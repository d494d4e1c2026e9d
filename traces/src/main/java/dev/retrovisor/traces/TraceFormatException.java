package dev.retrovisor.traces;

import java.nio.file.Path;

/**
 * A trace that is damaged, is none, is of a later format, or has to be replayed by a machine of another model: says in
 * which file, where, what is there and what should be.
 */
public final class TraceFormatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TraceFormatException(String message) {
        super(message);
    }

    TraceFormatException(Path file, long offset, String found, String expected) {
        super("%s, offset %d: found %s, expected %s".formatted(file, offset, found, expected));
    }
}

package dev.retrovisor.guests;

/** A file from outside that is not what it must be: which file, where in it, what stands there, what should. */
public final class GuestFormatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final long offsetBytes;

    /** @param offsetBytes where in {@code file} the trouble was found; 0 where it concerns the file as a whole */
    public GuestFormatException(String file, long offsetBytes, String found, String expected) {
        super("%s: at byte %d: found %s, expected %s".formatted(file, offsetBytes, found, expected));
        this.file = file;
        this.offsetBytes = offsetBytes;
    }

    public String file() {
        return file;
    }

    public long offsetBytes() {
        return offsetBytes;
    }
}

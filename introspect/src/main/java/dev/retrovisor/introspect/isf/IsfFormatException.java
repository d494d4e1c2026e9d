package dev.retrovisor.introspect.isf;

/** A symbol file that is none, or damaged: the message says where, what was found and what was expected. */
public final class IsfFormatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public IsfFormatException(String message) {
        super(message);
    }

    IsfFormatException(String message, Throwable cause) {
        super(message, cause);
    }
}

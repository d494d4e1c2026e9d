package dev.retrovisor.guests;

/** A mistake or a circumstance that the user can mend: the message says what, where, and what to do. */
public final class GuestException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public GuestException(String message) {
        super(message);
    }

    public GuestException(String message, Throwable cause) {
        super(message, cause);
    }
}

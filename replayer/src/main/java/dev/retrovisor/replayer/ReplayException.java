package dev.retrovisor.replayer;

/** A replay can't begin, or not as asked: the message says what is wrong, where, and what to do. */
public final class ReplayException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ReplayException(String message) {
        super(message);
    }

    public ReplayException(String message, Throwable cause) {
        super(message, cause);
    }
}

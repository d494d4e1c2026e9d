package dev.retrovisor.cli;

/** A file from outside that is not what it must be; the message says which, what it is and what it should be. */
final class BadFile extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BadFile(String message) {
        super(message);
    }
}

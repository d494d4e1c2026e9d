package dev.retrovisor.cli.gdb;

/** What a client asked for can't be had; the message is for the person at gdb. */
public final class GdbError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public GdbError(String message) {
        super(message, null, false, false);
    }
}

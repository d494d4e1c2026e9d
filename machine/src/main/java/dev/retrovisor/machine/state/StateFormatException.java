package dev.retrovisor.machine.state;

/** Bytes that claim to be a machine state and are not: says where, what was found and what was expected. */
public final class StateFormatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StateFormatException(String message) {
        super(message);
    }
}

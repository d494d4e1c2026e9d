package dev.retrovisor.recorder;

/** Something on the host is not as a run needs it: the message says what, where, and what to do. */
public final class HostSetupException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public HostSetupException(String message, Throwable cause) {
        super(message, cause);
    }
}

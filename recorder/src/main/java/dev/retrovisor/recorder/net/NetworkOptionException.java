package dev.retrovisor.recorder.net;

/** A user's mistake in the network's options, or a host port that can't be had: what, where and what to do. */
public final class NetworkOptionException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** A mistake that has no deeper cause. */
    public NetworkOptionException(String message) {
        super(message);
    }

    /** A mistake that the host reported. */
    public NetworkOptionException(String message, Throwable cause) {
        super(message, cause);
    }
}

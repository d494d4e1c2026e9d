package dev.retrovisor.traces;

/**
 * The disk under a trace has no room left. What was flushed before stays good; the caller ends the trace with
 * {@link EndReason#TRACE_FULL} and closes it.
 */
public final class TraceFullException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TraceFullException(String message, Throwable cause) {
        super(message, cause);
    }
}

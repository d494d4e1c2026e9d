package dev.retrovisor.introspect.kernel;

/** There is no Linux in this memory, or not yet: the message says which, and what would help. */
public final class NoKernelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public NoKernelException(String message) {
        super(message);
    }
}

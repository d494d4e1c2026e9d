package dev.retrovisor.introspect.types;

/** The kernel's types lack what was asked for: another version, or another configuration. */
public final class MissingTypeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MissingTypeException(String message) {
        super(message);
    }
}

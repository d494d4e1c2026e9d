package dev.retrovisor.introspect.symbols;

/** The kernel has no such symbol: another version, or another configuration. */
public final class MissingSymbolException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MissingSymbolException(String message) {
        super(message);
    }
}

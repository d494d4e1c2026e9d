package dev.retrovisor.machine.isa;

/** Assembly text that cannot be assembled: says on which line, and why. */
public final class AssemblyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int line;

    AssemblyException(int line, String reason) {
        super("line %d: %s".formatted(line, reason));
        this.line = line;
    }

    /** The line, counted from 1. */
    public int line() {
        return line;
    }
}

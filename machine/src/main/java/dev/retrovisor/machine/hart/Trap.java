package dev.retrovisor.machine.hart;

/** A guest exception on its way to the trap handler: one reusable object a hart, without a Java stack trace. */
public final class Trap extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private int cause;
    private long value;

    Trap() {
        super(null, null, false, false);
    }

    Trap with(int newCause, long newValue) {
        cause = newCause;
        value = newValue;
        return this;
    }

    /** One of {@link Cause}. */
    public int cause() {
        return cause;
    }

    /** What goes to {@code mtval} or {@code stval}: an address, an instruction, or zero. */
    public long value() {
        return value;
    }
}

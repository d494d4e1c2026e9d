package dev.retrovisor.machine.fpu;

/**
 * Accrued floating-point exceptions, laid out as {@code fcsr.fflags}. Operations only ever set bits; clearing is the
 * owner's, by assignment to {@link #raised}. Belongs to one hart.
 */
public final class FpFlags {
    /** Inexact. */
    public static final int NX = 1;

    /** Underflow: the result is tiny after rounding, and inexact. */
    public static final int UF = 2;

    /** Overflow. */
    public static final int OF = 4;

    /** Divide by zero. */
    public static final int DZ = 8;

    /** Invalid operation. */
    public static final int NV = 16;

    /** The exceptions raised so far: an OR of the constants above. */
    public int raised;

    void raise(int exceptions) {
        raised |= exceptions;
    }

    /** True once an inexact result was seen: from then on nobody needs to know whether another one is. */
    boolean inexactRaised() {
        return (raised & NX) != 0;
    }
}

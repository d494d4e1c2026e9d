package dev.retrovisor.machine.device;

/** The interrupt inputs of the harts, as devices see them. */
@FunctionalInterface
public interface HartPins {
    /** Bit number in {@code mip} of the supervisor external interrupt. */
    int SEIP = 9;

    /** Bit number in {@code mip} of the machine external interrupt. */
    int MEIP = 11;

    /** Bit number in {@code mip} of the machine timer interrupt. */
    int MTIP = 7;

    /** Bit number in {@code mip} of the machine software interrupt. */
    int MSIP = 3;

    /** Bit number in {@code mip} of the supervisor software interrupt (edge: only ever set from outside). */
    int SSIP = 1;

    /** Drives one input of one hart to a level. */
    void set(int hart, int mipBit, boolean asserted);
}

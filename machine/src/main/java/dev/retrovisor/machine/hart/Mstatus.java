package dev.retrovisor.machine.hart;

/** Fields of {@code mstatus} (privileged manual, "Machine Status Registers"). */
public final class Mstatus {
    public static final long SIE = 1L << 1;
    public static final long MIE = 1L << 3;
    public static final long SPIE = 1L << 5;
    public static final long MPIE = 1L << 7;
    public static final long SPP = 1L << 8;
    public static final int MPP_SHIFT = 11;
    public static final long MPP = 3L << MPP_SHIFT;
    public static final long FS = 3L << 13;
    public static final long MPRV = 1L << 17;
    public static final long SUM = 1L << 18;
    public static final long MXR = 1L << 19;
    public static final long TVM = 1L << 20;
    public static final long TW = 1L << 21;
    public static final long TSR = 1L << 22;
    public static final long SD = 1L << 63;

    /** UXL and SXL: both 64 bits, read-only. */
    public static final long XL = 2L << 32 | 2L << 34;

    public static final long UXL = 2L << 32;

    /** What can be written. */
    public static final long WRITABLE = SIE | MIE | SPIE | MPIE | SPP | MPP | FS | MPRV | SUM | MXR | TVM | TW | TSR;

    /** What sstatus shows and writes. */
    public static final long SUPERVISOR = SIE | SPIE | SPP | FS | SUM | MXR;

    private Mstatus() {}
}

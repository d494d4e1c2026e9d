package dev.retrovisor.machine.hart;

/** Fields of {@code mstatus} (privileged manual, "Machine Status Registers"). */
final class Mstatus {
    static final long SIE = 1L << 1;
    static final long MIE = 1L << 3;
    static final long SPIE = 1L << 5;
    static final long MPIE = 1L << 7;
    static final long SPP = 1L << 8;
    static final int MPP_SHIFT = 11;
    static final long MPP = 3L << MPP_SHIFT;
    static final long FS = 3L << 13;
    static final long MPRV = 1L << 17;
    static final long SUM = 1L << 18;
    static final long MXR = 1L << 19;
    static final long TVM = 1L << 20;
    static final long TW = 1L << 21;
    static final long TSR = 1L << 22;
    static final long SD = 1L << 63;

    /** UXL and SXL: both 64 bits, read-only. */
    static final long XL = 2L << 32 | 2L << 34;

    static final long UXL = 2L << 32;

    /** What can be written. */
    static final long WRITABLE = SIE | MIE | SPIE | MPIE | SPP | MPP | FS | MPRV | SUM | MXR | TVM | TW | TSR;

    /** What sstatus shows and writes. */
    static final long SUPERVISOR = SIE | SPIE | SPP | FS | SUM | MXR;

    private Mstatus() {}
}

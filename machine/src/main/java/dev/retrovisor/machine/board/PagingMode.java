package dev.retrovisor.machine.board;

/** The largest virtual address space that the harts offer; smaller ones are there too. */
public enum PagingMode {
    SV39(8, "riscv,sv39"),
    SV48(9, "riscv,sv48"),
    SV57(10, "riscv,sv57");

    private final int satpMode;
    private final String deviceTreeName;

    PagingMode(int satpMode, String deviceTreeName) {
        this.satpMode = satpMode;
        this.deviceTreeName = deviceTreeName;
    }

    /** Value of satp.MODE (privileged manual, "Supervisor Address Translation and Protection Register"). */
    public int satpMode() {
        return satpMode;
    }

    /** Value of the hart's {@code mmu-type} property. */
    public String deviceTreeName() {
        return deviceTreeName;
    }
}

package dev.retrovisor.machine.hart;

import static dev.retrovisor.machine.Guests.DONE;
import static dev.retrovisor.machine.Guests.OPEN_TRAPS;
import static dev.retrovisor.machine.Guests.TRAPS;
import static dev.retrovisor.machine.Guests.enter;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.retrovisor.machine.TinyMachine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Synchronous traps (privileged manual, "Machine-Level ISA" and "Supervisor-Level ISA"). */
final class TrapTest {
    private static final long MIE = 1 << 3;
    private static final long MPIE = 1 << 7;
    private static final long SPP = 1 << 8;
    private static final long MPP = 3 << 11;

    /** Privileged manual, "Environment Call and Breakpoint": an instruction that traps does not retire. */
    @Test
    void ecallTakesAStepButDoesNotRetire() {
        var machine = TinyMachine.running("""
                nop
                ecall
                """);
        machine.step(2);
        assertEquals(2, machine.steps(), "trap entry is a step");
        assertEquals(1, machine.minstret(), "only the nop retires");
    }

    /** "Machine Cause Register": one exception code for each privilege that calls. */
    @ParameterizedTest
    @CsvSource({"0, 8", "1, 9", "3, 11"})
    void ecallReportsTheCallersPrivilege(int privilege, int cause) {
        var machine = TinyMachine.running(OPEN_TRAPS + enter(privilege, "call") + "call: ecall");
        machine.runTo("trap");
        assertTrap(machine, cause, machine.label("call"), 0);
        assertEquals(privilege, (machine.csr("mstatus") & MPP) >> 11, "MPP is the mode of the call");
        assertEquals(3, machine.privilege());
    }

    @ParameterizedTest
    @ValueSource(strings = {"ebreak", "c.ebreak"})
    void aBreakpointReportsItsAddress(String instruction) {
        var machine = TinyMachine.running(TRAPS + "at: " + instruction);
        machine.runTo("trap");
        assertTrap(machine, Cause.BREAKPOINT, machine.label("at"), machine.label("at"));
    }

    /** "Illegal-Instruction Exception": mtval takes the instruction's bits; reserved code points trap as others do. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0x0000", // all zeros, defined to be illegal
                "0x0004", // c.addi4spn of 0
                "0x8000", // quadrant 0, funct3 100
                "0x2001", // c.addiw to x0
                "0x6101", // c.addi16sp of 0
                "0x6081", // c.lui of 0
                "0x9c41", // quadrant 1, funct6 100111, funct2 10
                "0x9c61", // quadrant 1, funct6 100111, funct2 11
                "0x4002", // c.lwsp to x0
                "0x6002", // c.ldsp to x0
                "0x8002" // c.jr x0
            })
    void reservedCompressedInstructionsAreIllegal(String bits) {
        var machine = TinyMachine.running(TRAPS + "at: .half %s, 0xffff".formatted(bits));
        machine.runTo("trap");
        assertTrap(machine, Cause.ILLEGAL_INSTRUCTION, machine.label("at"), Integer.decode(bits));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0xffffffff",
                "0x0000001f", // longer than 32 bits
                "0x00004073", // SYSTEM, funct3 100
                "0x30200173", // mret with a destination
                "0x0205151b", // slliw by 32
                "0x1015a52f", // lr.w with a source
                "0x00007003", // load, funct3 111
                "0x00004023", // store, funct3 100
                "0x00002063", // branch, funct3 010
                "0x00001067", // jalr, funct3 001
                "0x10101073", // a CSR that is not there: 0x101
                "0x3a109073", // pmpcfg1: odd ones are there on RV32 only
                "0xc0001073", // write of cycle
                "0xf1401073", // write of mhartid
                "0x22200073" // hypervisor
            })
    void reservedInstructionsAreIllegal(String bits) {
        var machine = TinyMachine.running(TRAPS + "at: .word " + bits);
        machine.runTo("trap");
        assertTrap(machine, Cause.ILLEGAL_INSTRUCTION, machine.label("at"), Long.decode(bits));
    }

    /** "CSR Address Mapping Conventions"; "Zicsr": csrrs with x0 does not write, so a read-only register may be read. */
    @Test
    void aReadOnlyRegisterCanBeReadBySettingNoBits() {
        var machine = TinyMachine.running("csrrs a0, mhartid, x0\ncsrrci a1, cycle, 0" + DONE);
        machine.runTo("done");
        assertEquals(1, machine.x("a1"));
    }

    @ParameterizedTest
    @CsvSource({
        "0, csrr a0; sstatus",
        "1, csrr a0; mstatus",
        "1, csrw pmpaddr0; a0",
        "0, csrr a0; satp",
        "0, csrr a0; stimecmp",
        "1, csrr a0; mhartid",
        "0, csrr a0; mscratch",
        "0, mret",
        "1, mret",
        "0, sret",
        "0, wfi",
        "0, sfence.vma",
        "0, sinval.vma a0; a1",
        "0, sfence.w.inval",
        "0, sfence.inval.ir"
    })
    void whatBelongsToAHigherPrivilegeIsIllegal(int privilege, String instruction) {
        var machine = TinyMachine.running(OPEN_TRAPS + enter(privilege, "at") + "at: " + instruction.replace(';', ','));
        machine.runTo("trap");
        assertEquals(Cause.ILLEGAL_INSTRUCTION, machine.csr("mcause"));
        assertEquals(machine.label("at"), machine.csr("mepc"));
    }

    /** "Virtualization Support in mstatus Register": TVM, TW and TSR take instructions away from the supervisor. */
    @ParameterizedTest
    @CsvSource({
        "20, csrr a0; satp",
        "20, csrw satp; x0",
        "20, sfence.vma",
        "20, sinval.vma a0; a1",
        "21, wfi",
        "22, sret",
    })
    void theSupervisorsInstructionsCanBeTrapped(int bit, String instruction) {
        String text = OPEN_TRAPS + "li a5, 1 << %d; csrs mstatus, a5; la t0, after; csrw sepc, t0;" + enter(1, "at")
                + "at: " + instruction.replace(';', ',') + "\nafter: j after";
        var trapping = TinyMachine.running(text.formatted(bit));
        trapping.runTo("trap");
        assertEquals(Cause.ILLEGAL_INSTRUCTION, trapping.csr("mcause"));
        // Without the bit the same goes through, though WFI waits for ever.
        var free = TinyMachine.running(text.formatted(60));
        free.step(200);
        assertEquals(0, free.csr("mcause"), "must not trap without the bit");
    }

    @Test
    void accessesWhereNothingIsFault() {
        assertFault("ld a0, 0(a1)", "0x4000", Cause.LOAD_ACCESS_FAULT, 0);
        assertFault("sb a0, 8(a1)", "0x4000", Cause.STORE_ACCESS_FAULT, 8);
        assertFault("amoadd.w a0, a0, (a1)", "0x4000", Cause.STORE_ACCESS_FAULT, 0);
        assertFault("lr.d a0, (a1)", "0x4000", Cause.LOAD_ACCESS_FAULT, 0);
        assertFault("sc.w a0, a0, (a1)", "0x4000", Cause.STORE_ACCESS_FAULT, 0);
        assertFault("ld a0, 0(a1)", "1 << 56", Cause.LOAD_ACCESS_FAULT, 0);
        assertFault("ld a0, 0(a1)", "-8", Cause.LOAD_ACCESS_FAULT, 0);
        // Over the end of all addresses: begins nowhere, and must not find the page at 0.
        assertFault("ld a0, 0(a1)", "-5", Cause.LOAD_ACCESS_FAULT, 0);
        assertFault("sd a0, 0(a1)", "-5", Cause.STORE_ACCESS_FAULT, 0);
        // Over a border: the first address that cannot be had.
        assertFault("ld a0, -4(a1)", "RAM + (64 << 20)", Cause.LOAD_ACCESS_FAULT, 0);
        assertFault("sd a0, -4(a1)", "RAM + (64 << 20)", Cause.STORE_ACCESS_FAULT, 0);
        assertFault("ld a0, -4(a1)", "RAM", Cause.LOAD_ACCESS_FAULT, -4);
    }

    /** "A Extension": atomics work on memory, not on devices; misaligned they trap. */
    @Test
    void atomicsOnDevicesOrMisalignedFault() {
        assertFault("amoswap.w a0, a0, (a1)", "UART", Cause.STORE_ACCESS_FAULT, 0);
        assertFault("lr.w a0, (a1)", "CLINT", Cause.LOAD_ACCESS_FAULT, 0);
        assertFault("sc.w a0, a0, (a1)", "CLINT", Cause.STORE_ACCESS_FAULT, 0);
        assertFault("amoadd.w a0, a0, (a1)", "RAM + 0x2002", Cause.STORE_MISALIGNED, 0);
        assertFault("amoadd.d a0, a0, (a1)", "RAM + 0x2004", Cause.STORE_MISALIGNED, 0);
        assertFault("lr.w a0, (a1)", "RAM + 0x2001", Cause.LOAD_MISALIGNED, 0);
        assertFault("sc.d a0, a0, (a1)", "RAM + 0x2004", Cause.STORE_MISALIGNED, 0);
    }

    /** "Physical Memory Attributes": a device takes aligned accesses of its widths only. */
    @Test
    void misalignedAccessesToDevicesFault() {
        assertFault("lw a0, 2(a1)", "CLINT + 0x4000", Cause.LOAD_ACCESS_FAULT, 2);
        assertFault("sd a0, 4(a1)", "CLINT + 0x4000", Cause.STORE_ACCESS_FAULT, 4);
        assertFault("ld a0, -4(a1)", "UART + 0x1000", Cause.LOAD_ACCESS_FAULT, -4);
    }

    /** Runs an access with a1 set; the trap must report the address {@code reported} bytes behind it. */
    private static void assertFault(String instruction, String address, int cause, int reported) {
        var machine = TinyMachine.running(TRAPS + "li a1, %s\nli a0, 5\nat: %s".formatted(address, instruction));
        machine.runTo("trap");
        assertTrap(machine, cause, machine.label("at"), machine.x("a1") + reported);
        assertEquals(5, machine.x("a0"), "a faulting instruction changes no register");
    }

    @Test
    void aJumpToNowhereFaultsAtItsTarget() {
        var machine = TinyMachine.running(TRAPS + "li a0, 0x1000\njalr ra, 1(a0)\nafter:");
        machine.runTo("trap");
        assertTrap(machine, Cause.INSTRUCTION_ACCESS_FAULT, 0x1000, 0x1000);
        assertEquals(machine.label("after"), machine.x("ra"), "the jump itself retires");
    }

    /** "Machine Trap Delegation Registers": S- and U-mode's delegated traps go to S-mode, machine mode's never. */
    @Test
    void delegatedExceptionsGoToTheSupervisor() {
        var machine = TinyMachine.running(OPEN_TRAPS + """
                li t0, -1
                csrw medeleg, t0
                la t0, strap
                csrw stvec, t0
                li t0, 2
                csrs mstatus, t0         # SIE
                """ + enter(0, "user") + """
                user: ecall
                .align 2
                strap: csrr a0, sstatus
                ebreak
                """);
        machine.runTo("strap");
        assertEquals(Cause.ECALL_FROM_USER, machine.csr("scause"));
        assertEquals(machine.label("user"), machine.csr("sepc"));
        assertEquals(1, machine.privilege());
        assertEquals(1 << 5, machine.csr("sstatus") & (SPP | 1 << 5 | 2), "SPP is user, SPIE was SIE, SIE is off");
        machine.step(2);
        assertEquals(machine.label("strap"), machine.pc());
        assertEquals(Cause.BREAKPOINT, machine.csr("scause"));
        assertEquals(SPP, machine.csr("sstatus") & (SPP | 1 << 5 | 2), "SPP is supervisor, SPIE was SIE: off");
        assertEquals(0, machine.csr("mcause"));
        assertEquals(0xB3FF, machine.csr("medeleg"), "the machine's own call and reserved causes cannot be delegated");
    }

    @Test
    void machineModesTrapsAreNeverDelegated() {
        var machine = TinyMachine.running(TRAPS + "li t0, -1\ncsrw medeleg, t0\nat: ebreak");
        machine.runTo("trap");
        assertTrap(machine, Cause.BREAKPOINT, machine.label("at"), machine.label("at"));
    }

    /** "Privilege and Global Interrupt-Enable Stack in mstatus register". */
    @Test
    void mretPopsTheStack() {
        var machine =
                TinyMachine.running(OPEN_TRAPS + "li t0, 1 << 7 | 1 << 17\ncsrs mstatus, t0" + enter(1, "done") + DONE);
        machine.runTo("done");
        assertEquals(1, machine.privilege());
        long mstatus = machine.csr("mstatus");
        assertEquals(MIE | MPIE, mstatus & (MIE | MPIE | MPP | 1 << 17), "MIE from MPIE, MPIE 1, MPP user, MPRV off");
    }

    @Test
    void sretPopsTheStack() {
        var machine = TinyMachine.running(OPEN_TRAPS + """
                li t0, 1 << 5 | 1 << 8 | 1 << 17
                csrs mstatus, t0
                la t0, done
                csrw sepc, t0
                sret
                """ + DONE);
        machine.runTo("done");
        assertEquals(1, machine.privilege());
        assertEquals(1 << 1 | 1 << 5, machine.csr("mstatus") & (1 << 1 | 1 << 5 | 1 << 8 | 1 << 17));
    }

    @Test
    void mretToMachineModeKeepsMprv() {
        var machine = TinyMachine.running(OPEN_TRAPS + "li t0, 1 << 17\ncsrs mstatus, t0" + enter(3, "done") + DONE);
        machine.runTo("done");
        assertEquals(1 << 17, machine.csr("mstatus") & 1 << 17);
        assertEquals(0, machine.csr("mstatus") & MPP, "MPP becomes the least privileged mode");
    }

    /** "Memory Privilege in mstatus Register": loads and stores go with the privilege in MPP, fetches do not. */
    @Test
    void mprvChangesLoadsAndStoresOnly() {
        var machine = TinyMachine.running(TRAPS + """
                la a1, begin
                li t0, 1 << 17           # MPRV, MPP = user: no PMP region lets it at memory
                csrs mstatus, t0
                nop
                at: ld a0, 0(a1)
                """);
        machine.runTo("trap");
        assertTrap(machine, Cause.LOAD_ACCESS_FAULT, machine.label("at"), machine.label("begin"));
    }

    /** "Machine Status Registers": fields that are WARL take no value that has no meaning. */
    @Test
    void mstatusTakesLegalValuesOnly() {
        var machine = TinyMachine.running("""
                li t0, 1 << 11
                csrw mstatus, t0
                li t0, 2 << 11
                csrw mstatus, t0
                csrr a0, mstatus
                li t0, -1
                csrw mstatus, t0
                csrr a1, mstatus
                csrr a2, sstatus
                csrw misa, x0
                csrr a3, misa
                """ + DONE);
        machine.runTo("done");
        assertEquals(1L << 11 | 0xAL << 32, machine.x("a0"), "MPP = 2 does not exist: the old value stays");
        assertEquals(Long.toHexString(1L << 63 | 0xAL << 32 | 0x7E79AA), Long.toHexString(machine.x("a1")));
        assertEquals(Long.toHexString(1L << 63 | 2L << 32 | 0xC6122), Long.toHexString(machine.x("a2")));
        assertEquals(2L << 62 | 0x14112F, machine.x("a3"), "RV64IMAFDCBSU");
    }

    /** "Machine Trap-Vector Base-Address Register": reserved modes are not taken; exceptions go to the base itself. */
    @Test
    void vectoredModeLeavesExceptionsAtTheBase() {
        var machine = TinyMachine.running("""
                la t0, trap
                ori t0, t0, 1
                csrw mtvec, t0
                ori t1, t0, 2
                csrw mtvec, t1
                csrr a0, mtvec
                ecall
                .align 8
                trap: j trap
                """);
        machine.runTo("trap");
        assertEquals(machine.label("trap") | 1, machine.x("a0"), "mode 3 is reserved: the old value stays");
    }

    @Test
    void epcKeepsNoOddAddress() {
        var machine =
                TinyMachine.running("li t0, -1\ncsrw mepc, t0\ncsrr a0, mepc\ncsrw sepc, t0\ncsrr a1, sepc" + DONE);
        machine.runTo("done");
        assertEquals(-2, machine.x("a0"));
        assertEquals(-2, machine.x("a1"));
    }

    private static void assertTrap(TinyMachine machine, long cause, long epc, long value) {
        assertEquals(cause, machine.csr("mcause"), "mcause");
        assertEquals(Long.toHexString(epc), Long.toHexString(machine.csr("mepc")), "mepc");
        assertEquals(Long.toHexString(value), Long.toHexString(machine.csr("mtval")), "mtval");
    }
}

package dev.retrovisor.machine.translator.x86;

import static dev.retrovisor.machine.translator.x86.X86Assembler.*;

import dev.retrovisor.machine.hart.Cause;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.hart.Mstatus;
import dev.retrovisor.machine.hart.Privilege;
import dev.retrovisor.machine.hart.Tlb;
import dev.retrovisor.machine.isa.Decoder;
import dev.retrovisor.machine.isa.Ops;
import dev.retrovisor.machine.translator.Block;

/**
 * Host code of what a kernel does all the time beside computing: its system calls' way in and out, the registers that it
 * touches on that way, interrupts on and off, the clock, fences, clearing of pages. All else is the interpreter's, and so is
 * each of these where a condition does not hold that it takes for granted.
 */
final class SystemEmitter {
    private static final int FFLAGS = 1;
    private static final int FRM = 2;
    private static final int FCSR = 3;
    private static final int SSTATUS = 0x100;
    private static final int SSCRATCH = 0x140;
    private static final int SEPC = 0x141;
    private static final int SCAUSE = 0x142;
    private static final int STVAL = 0x143;
    private static final int TIME = 0xC01;

    private static final int NO_FIELD = -1;

    /** Exception flags in fflags, and below the rounding mode in fcsr. */
    private static final int FLAG_BITS = 5;

    private static final int SIE = (int) Mstatus.SIE;
    private static final int SPIE = (int) Mstatus.SPIE;
    private static final int SPP = (int) Mstatus.SPP;
    private static final int FS = (int) Mstatus.FS;
    private static final int SUM = (int) Mstatus.SUM;
    private static final int MXR = (int) Mstatus.MXR;
    private static final int TVM = (int) Mstatus.TVM;
    private static final int TSR = (int) Mstatus.TSR;
    private static final int SUPERVISOR = (int) Mstatus.SUPERVISOR;

    /** Bit TM of mcounteren and scounteren. */
    private static final int TIME_COUNTER = 2;

    /** Bit CBZE of menvcfg and senvcfg. */
    private static final int CACHE_BLOCK_ZERO = 1 << 7;

    private static final int CACHE_BLOCK_BYTES = 64;

    /** x / 100 for x of 63 bits: the upper half of (x / 4) times this, shifted by 2. */
    private static final long DIVIDE_BY_25 = 0x28F5_C28F_5C28_F5C3L;

    private final Emission e;
    private final X86Assembler a;
    private final FloatEmitter floats;
    private final MemoryEmitter memory;
    private final Dispatch dispatch;
    private final boolean alone;

    SystemEmitter(Emission emission, FloatEmitter floats, MemoryEmitter memory, Dispatch dispatch, boolean alone) {
        this.alone = alone;
        e = emission;
        a = emission.a;
        this.floats = floats;
        this.memory = memory;
        this.dispatch = dispatch;
    }

    /** Whether there is host code for an instruction at a privilege. */
    boolean knows(long instruction, int privilege) {
        int csr = (int) (instruction >>> Decoder.IMMEDIATE_SHIFT) & 0xFFF;
        boolean writes = (instruction >>> Decoder.RS1_SHIFT & 31) != 0;
        return switch (Decoder.op(instruction)) {
            case Ops.SFENCEVMA, Ops.SINVALVMA, Ops.SRET -> privilege == Privilege.SUPERVISOR;
            case Ops.ECALL -> privilege == Privilege.USER;
            case Ops.PAUSE -> alone;
            case Ops.CBOZERO -> privilege != Privilege.MACHINE;
            case Ops.CSRRW, Ops.CSRRWI -> isPlace(csr, privilege);
            case Ops.CSRRS, Ops.CSRRC, Ops.CSRRSI, Ops.CSRRCI ->
                csr == TIME ? !writes && privilege != Privilege.MACHINE : isPlace(csr, privilege);
            default -> false;
        };
    }

    private static boolean isPlace(int csr, int privilege) {
        return csr >= FFLAGS && csr <= FCSR
                || privilege == Privilege.SUPERVISOR && (csr == SSTATUS || field(csr) != NO_FIELD);
    }

    /** Whether an instruction goes on elsewhere. */
    static boolean jumps(int op) {
        return op == Ops.SRET || op == Ops.ECALL;
    }

    /** Where the state keeps a register that is nothing but a place. */
    private static int field(int csr) {
        return switch (csr) {
            case SSCRATCH -> HartState.SSCRATCH;
            case SEPC -> HartState.SEPC;
            case SCAUSE -> HartState.SCAUSE;
            case STVAL -> HartState.STVAL;
            default -> NO_FIELD;
        };
    }

    /** Writes the instruction at hand, which {@link #knows} has let through; {@code next}: the offset behind it. */
    void emit(int op, int next) {
        int csr = e.immediate() & 0xFFF;
        switch (op) {
            case Ops.SFENCEVMA, Ops.SINVALVMA -> interpretIfSet(HartState.MSTATUS, TVM);
            case Ops.SRET -> returnFromTrap();
            case Ops.ECALL -> environmentCall();
            case Ops.PAUSE -> pause();
            case Ops.CBOZERO -> zeroCacheBlock();
            default -> {
                if (csr == TIME) {
                    readTime();
                } else if (csr <= FCSR) {
                    exchangeFloat(op, csr);
                } else if (csr == SSTATUS) {
                    exchangeStatus(op, next);
                } else {
                    exchange(op, csr);
                }
            }
        }
    }

    private void interpretIfSet(int field, int bits) {
        a.testImmediate32(GuestState.field(field), bits);
        e.interpretFrom(a.jump(NOT_EQUAL));
    }

    private void interpretUnlessSet(int field, int bits) {
        a.testImmediate32(GuestState.field(field), bits);
        e.interpretFrom(a.jump(EQUAL));
    }

    /** The only hart gives up its turn and is given the next one: that is entered, and it goes on. */
    private void pause() {
        a.leaAddress(RAX, memory(GuestState.BUDGET, e.block().steps() - e.index() - 1));
        a.store(GuestState.field(HartState.PAUSED_LEFT), RAX);
    }

    // Control and status registers.

    private static boolean isImmediate(int op) {
        return op == Ops.CSRRWI || op == Ops.CSRRSI || op == Ops.CSRRCI;
    }

    private boolean writes(int op) {
        return op == Ops.CSRRW || op == Ops.CSRRWI || e.rs1() != 0;
    }

    /** The operand of a CSR instruction into rcx. */
    private void loadOperand(int op) {
        if (isImmediate(op)) {
            a.moveImmediate(RCX, e.rs1());
        } else {
            e.load(RCX, e.rs1());
        }
    }

    /** The new value into rcx: from the operand there and the old value in rax; clobbers rdx. */
    private void combine(int op, int writable) {
        switch (op) {
            case Ops.CSRRS, Ops.CSRRSI -> a.alu(OR, RCX, RAX);
            case Ops.CSRRC, Ops.CSRRCI -> {
                a.unary(NOT, RCX);
                a.alu(AND, RCX, RAX);
            }
            default -> {
                if (writable != -1) {
                    a.move(RDX, RAX);
                    a.aluImmediate(AND, RDX, ~writable);
                    a.alu(OR, RCX, RDX);
                }
            }
        }
    }

    private void exchange(int op, int csr) {
        long field = GuestState.field(field(csr));
        a.move(RAX, field);
        if (writes(op)) {
            loadOperand(op);
            combine(op, -1);
            if (csr == SEPC) {
                a.aluImmediate(AND, RCX, ~1);
            }
            a.store(field, RCX);
        }
        if (e.hasDestination()) {
            e.finish(RAX);
        }
    }

    /** fflags, frm and fcsr: what MXCSR has gathered is brought over first; what is written makes it begin anew. */
    private void exchangeFloat(int op, int csr) {
        if (writes(op)) {
            floats.require();
        } else {
            floats.requireOn();
        }
        a.compareByte(GuestState.field(HartState.FLOAT_LIVE), 0);
        int dead = a.jumpShort(EQUAL);
        Runtime.gatherFlags(a);
        a.bindShort(dead);
        a.move(RAX, GuestState.field(csr == FRM ? HartState.FRM : HartState.FFLAGS));
        if (csr == FCSR) {
            a.move(RDX, GuestState.field(HartState.FRM));
            a.shift(SHL, RDX, FLAG_BITS);
            a.alu(OR, RAX, RDX);
        }
        if (writes(op)) {
            loadOperand(op);
            combine(op, -1);
            writeFloat(csr);
        }
        if (e.hasDestination()) {
            e.finish(RAX);
        }
    }

    /** Writes rcx; clobbers rdx. */
    private void writeFloat(int csr) {
        a.move32(RDX, RCX);
        if (csr == FCSR) {
            a.shift32(SHR, RDX, FLAG_BITS);
        }
        if (csr != FRM) {
            a.aluImmediate32(AND, RCX, (1 << FLAG_BITS) - 1);
            a.store(GuestState.field(HartState.FFLAGS), RCX);
        }
        if (csr == FFLAGS) {
            a.loadMxcsr(GuestState.field(HartState.MXCSR));
            return;
        }
        a.aluImmediate32(AND, RDX, 7);
        a.store(GuestState.field(HartState.FRM), RDX);
        a.loadMxcsr(GuestState.field(HartState.MXCSR_HOST));
        a.storeImmediateByte(GuestState.field(HartState.FLOAT_LIVE), 0);
        floats.begin();
    }

    private void exchangeStatus(int op, int next) {
        a.move(RAX, GuestState.field(HartState.MSTATUS));
        if (writes(op)) {
            loadOperand(op);
            a.aluImmediate32(AND, RCX, SUPERVISOR);
            combine(op, SUPERVISOR);
            a.move(RDX, RAX);
            a.alu(XOR, RDX, RCX);
            writeStatus();
        }
        if (e.hasDestination()) {
            viewStatus();
            e.finish(RAX);
        }
        if (writes(op)) {
            leaveIfInterrupted(next);
        }
    }

    /** Writes mstatus from rcx, which differs from the present one by the bits in rdx; keeps rax. */
    private void writeStatus() {
        a.testImmediate32(RDX, MXR);
        e.interpretFrom(a.jump(NOT_EQUAL));
        a.testImmediate32(RDX, FS);
        int sameFloat = a.jumpShort(EQUAL);
        // MXCSR would have to be read first.
        a.compareByte(GuestState.field(HartState.FLOAT_LIVE), 0);
        e.interpretFrom(a.jump(NOT_EQUAL));
        a.bindShort(sameFloat);
        a.store(GuestState.field(HartState.MSTATUS), RCX);
        a.testImmediate32(RDX, SUM);
        int site = a.jump(NOT_EQUAL);
        e.detour(site, () -> {
            selectSupervisorTables(RCX);
        });
        floats.begin();
    }

    /** Points to the tables of supervisor mode, by SUM in a register that holds mstatus; clobbers rdx. */
    private void selectSupervisorTables(int status) {
        a.move(GuestState.TLB, GuestState.field(HartState.TLB));
        a.moveImmediate(RDX, Tlb.tableOffset(Tlb.SUPERVISOR));
        a.testImmediate32(status, SUM);
        int none = a.jumpShort(EQUAL);
        a.moveImmediate(RDX, Tlb.tableOffset(Tlb.SUPERVISOR_SUM));
        a.bindShort(none);
        a.alu(ADD, GuestState.TLB, RDX);
        storeTables();
    }

    /** Enters the data table in the TLB register, and the fetch table that belongs to it, in the state; clobbers rdx. */
    private void storeTables() {
        a.store(GuestState.field(HartState.DATA_TLB), GuestState.TLB);
        a.leaAddress(RDX, memory(GuestState.TLB, Tlb.FETCH_TABLES));
        a.store(GuestState.field(HartState.FETCH_TLB), RDX);
    }

    /** mstatus in rax as sstatus shows it; clobbers rcx. */
    private void viewStatus() {
        a.moveImmediate(RCX, Mstatus.SUPERVISOR | Mstatus.UXL);
        a.alu(AND, RAX, RCX);
        a.move32(RCX, RAX);
        a.unary32(NOT, RCX);
        a.testImmediate32(RCX, FS);
        int clean = a.jumpShort(NOT_EQUAL);
        a.bitTest(BTS, (long) RAX, 63);
        a.bindShort(clean);
    }

    /** Leaves behind the instruction if interrupts are on and an enabled one is pending: the engine looks closer. */
    private void leaveIfInterrupted(int next) {
        a.testImmediate32(GuestState.field(HartState.MSTATUS), SIE);
        int off = a.jumpShort(EQUAL);
        testPending();
        e.leaveFrom(a.jump(NOT_EQUAL), Block.ExitKind.CHECK, e.index() + 1, next);
        a.bindShort(off);
    }

    /** Sets the flags by the interrupts that are pending and enabled; clobbers rcx. */
    private void testPending() {
        a.move(RCX, GuestState.field(HartState.PINS));
        a.alu(OR, RCX, GuestState.field(HartState.MIP));
        a.alu(AND, RCX, GuestState.field(HartState.MIE));
    }

    /** mtime from the budget: virtual time is what it will be when the budget is used up, less what is left. */
    private void readTime() {
        interpretUnlessSet(HartState.MCOUNTEREN, TIME_COUNTER);
        if (e.block().privilege() == Privilege.USER) {
            interpretUnlessSet(HartState.SCOUNTEREN, TIME_COUNTER);
        }
        a.move(RAX, GuestState.field(HartState.VIRTUAL_END));
        a.alu(SUB, RAX, GuestState.BUDGET);
        a.aluImmediate(SUB, RAX, e.block().steps() - e.index());
        a.shift(SHR, RAX, 2);
        a.moveImmediate(RCX, DIVIDE_BY_25);
        a.unary(MUL, RCX);
        a.shift(SHR, RDX, 2);
        a.alu(ADD, RDX, GuestState.field(HartState.TIME_OFFSET));
        e.finish(RDX);
    }

    // Traps.

    /** From user to supervisor mode, if the call is delegated. */
    private void environmentCall() {
        interpretUnlessSet(HartState.MEDELEG, 1 << Cause.ECALL_FROM_USER);
        a.aluImmediate(ADD, GuestState.field(HartState.TRAPS), 1);
        a.storeImmediate(GuestState.field(HartState.RESERVATION), (int) HartState.NO_RESERVATION);
        a.storeImmediate(GuestState.field(HartState.SCAUSE), Cause.ECALL_FROM_USER);
        a.storeImmediate(GuestState.field(HartState.STVAL), 0);
        a.move(RAX, GuestState.field(HartState.CODE_PAGE));
        a.aluImmediate(ADD, RAX, e.offset());
        a.store(GuestState.field(HartState.SEPC), RAX);
        a.move(RCX, GuestState.field(HartState.MSTATUS));
        // SIE moves to SPIE; SPP says user.
        a.move32(RDX, RCX);
        a.aluImmediate32(AND, RDX, SIE);
        a.shift32(SHL, RDX, 4);
        a.aluImmediate(AND, RCX, ~(SIE | SPIE | SPP));
        a.alu(OR, RCX, RDX);
        a.store(GuestState.field(HartState.MSTATUS), RCX);
        a.storeImmediate(GuestState.field(HartState.PRIVILEGE), Privilege.SUPERVISOR);
        selectSupervisorTables(RCX);
        a.move(RAX, GuestState.field(HartState.STVEC));
        a.aluImmediate(AND, RAX, ~3);
        dispatch.to(Privilege.SUPERVISOR);
    }

    /** sret, to user or supervisor mode. */
    private void returnFromTrap() {
        interpretIfSet(HartState.MSTATUS, TSR);
        a.move(RAX, GuestState.field(HartState.MSTATUS));
        a.move(RCX, RAX);
        a.aluImmediate(AND, RCX, ~(SIE | SPP | (int) Mstatus.MPRV));
        a.aluImmediate(OR, RCX, SPIE);
        a.move32(RDX, RAX);
        a.shift32(SHR, RDX, 4);
        a.aluImmediate32(AND, RDX, SIE);
        a.alu(OR, RCX, RDX);
        a.store(GuestState.field(HartState.MSTATUS), RCX);
        a.testImmediate32(RAX, SPP);
        int toSupervisor = a.jump(NOT_EQUAL);
        a.storeImmediate(GuestState.field(HartState.PRIVILEGE), Privilege.USER);
        a.move(GuestState.TLB, GuestState.field(HartState.TLB));
        storeTables();
        testPending();
        a.move(RAX, GuestState.field(HartState.SEPC));
        dispatch.leaveFrom(a.jump(NOT_EQUAL));
        dispatch.to(Privilege.USER);
        a.patch(toSupervisor, a.length());
        testPending();
        a.move(RAX, GuestState.field(HartState.SEPC));
        dispatch.leaveFrom(a.jump(NOT_EQUAL));
        dispatch.to(Privilege.SUPERVISOR);
    }

    // Memory.

    private void zeroCacheBlock() {
        interpretUnlessSet(HartState.MENVCFG, CACHE_BLOCK_ZERO);
        if (e.block().privilege() == Privilege.USER) {
            interpretUnlessSet(HartState.SENVCFG, CACHE_BLOCK_ZERO);
        }
        memory.alignedAccess(CACHE_BLOCK_BYTES);
        a.fpBitwise(FP_XOR, 0, 0, 0);
        for (int offset = 0; offset < CACHE_BLOCK_BYTES; offset += 16) {
            a.storeVector(memory(RAX, offset), 0);
        }
    }
}

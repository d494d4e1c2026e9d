package dev.retrovisor.machine.translator.x86;

import static dev.retrovisor.machine.translator.x86.X86Assembler.*;

import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.hart.Tlb;
import dev.retrovisor.machine.isa.Ops;

/**
 * Host code of loads, stores and atomics: a look into the TLB, then the access. Where the TLB has no answer the engine
 * makes the access and host code goes on behind it.
 */
final class MemoryEmitter {
    private static final int TLB_OFFSET = (Tlb.ENTRIES - 1) * Tlb.ENTRY_BYTES;

    private final Emission e;
    private final X86Assembler a;

    MemoryEmitter(Emission emission) {
        e = emission;
        a = emission.a;
    }

    /** Writes the instruction at hand; false if it is none of these. */
    boolean emit(int op) {
        return emitPlain(op) || emitAtomic(op);
    }

    private boolean emitPlain(int op) {
        switch (op) {
            case Ops.LB -> load(1, true);
            case Ops.LBU -> load(1, false);
            case Ops.LH -> load(2, true);
            case Ops.LHU -> load(2, false);
            case Ops.LW -> load(4, true);
            case Ops.LWU -> load(4, false);
            case Ops.LD -> load(8, true);
            case Ops.SB -> store(1);
            case Ops.SH -> store(2);
            case Ops.SW -> store(4);
            case Ops.SD -> store(8);
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean emitAtomic(int op) {
        switch (op) {
            case Ops.AMOSWAPW -> atomicSwap(4);
            case Ops.AMOSWAPD -> atomicSwap(8);
            case Ops.AMOADDW -> atomic(ADD, 4);
            case Ops.AMOADDD -> atomic(ADD, 8);
            case Ops.AMOANDW -> atomic(AND, 4);
            case Ops.AMOANDD -> atomic(AND, 8);
            case Ops.AMOORW -> atomic(OR, 4);
            case Ops.AMOORD -> atomic(OR, 8);
            case Ops.AMOXORW -> atomic(XOR, 4);
            case Ops.AMOXORD -> atomic(XOR, 8);
            case Ops.AMOMAXW -> atomicSelect(LESS, 4);
            case Ops.AMOMAXD -> atomicSelect(LESS, 8);
            case Ops.AMOMAXUW -> atomicSelect(BELOW, 4);
            case Ops.AMOMAXUD -> atomicSelect(BELOW, 8);
            case Ops.AMOMINW -> atomicSelect(GREATER, 4);
            case Ops.AMOMIND -> atomicSelect(GREATER, 8);
            case Ops.AMOMINUW -> atomicSelect(ABOVE, 4);
            case Ops.AMOMINUD -> atomicSelect(ABOVE, 8);
            case Ops.LRW -> loadReserved(4);
            case Ops.LRD -> loadReserved(8);
            case Ops.SCW -> storeConditional(4);
            case Ops.SCD -> storeConditional(8);
            default -> {
                return false;
            }
        }
        return true;
    }

    /** The virtual address {@code rs1 + imm} into rax. */
    private void address(int immediate) {
        int base = GuestState.host(e.rs1());
        if (base >= 0 && immediate != 0) {
            a.leaAddress(RAX, memory(base, immediate));
        } else {
            e.load(RAX, e.rs1());
            if (immediate != 0) {
                a.aluImmediate(ADD, RAX, immediate);
            }
        }
    }

    /** Turns the virtual address in rax into a host address; clobbers rcx and rdx. Returns the jump of a miss. */
    private int translate(int tag, int sizeBytes, boolean mustBeAligned) {
        a.rorx(RCX, RAX, Tlb.INDEX_SHIFT, false);
        a.aluImmediate32(AND, RCX, TLB_OFFSET);
        if (mustBeAligned) {
            a.move(RDX, RAX);
            a.aluImmediate(AND, RDX, (int) Tlb.PAGE_MASK | sizeBytes - 1);
        } else {
            if (sizeBytes == 1) {
                a.move(RDX, RAX);
            } else {
                a.leaAddress(RDX, memory(RAX, sizeBytes - 1));
            }
            a.aluImmediate(AND, RDX, (int) Tlb.PAGE_MASK);
        }
        a.alu(CMP, RDX, memory(GuestState.TLB, RCX, tag));
        int miss = a.jump(NOT_EQUAL);
        a.alu(ADD, RAX, memory(GuestState.TLB, RCX, Tlb.ADDEND));
        return miss;
    }

    /** Leaves in rax the host address of the load or store at hand, or lets the engine make it. */
    void access(int tag, int sizeBytes) {
        address(e.immediate());
        e.missFrom(translate(tag, sizeBytes, false));
    }

    private void load(int sizeBytes, boolean signed) {
        access(Tlb.READ_TAG, sizeBytes);
        if (e.hasDestination()) {
            a.load(e.target(), memory(RAX, 0), sizeBytes, signed);
            e.finish();
        }
        e.resumeHere();
    }

    private void store(int sizeBytes) {
        access(Tlb.WRITE_TAG, sizeBytes);
        if (e.rs2() == 0 && sizeBytes == 8) {
            a.storeImmediate(memory(RAX, 0), 0);
        } else {
            a.store(memory(RAX, 0), e.inRegister(e.rs2(), RCX), sizeBytes);
        }
        e.resumeHere();
    }

    /** Leaves in rax the host address of an aligned atomic; all else is the interpreter's. */
    private void atomicAccess(int tag, int sizeBytes) {
        address(0);
        e.interpretFrom(translate(tag, sizeBytes, true));
    }

    /** Leaves in rax the host address of the naturally aligned bytes around rs1, to be written. */
    void alignedAccess(int sizeBytes) {
        e.load(RAX, e.rs1());
        a.aluImmediate(AND, RAX, -sizeBytes);
        e.interpretFrom(translate(Tlb.WRITE_TAG, 1, false));
    }

    private void atomicSwap(int sizeBytes) {
        atomicAccess(Tlb.WRITE_TAG, sizeBytes);
        int source = e.inRegister(e.rs2(), RCX);
        a.load(RDX, memory(RAX, 0), sizeBytes, true);
        a.store(memory(RAX, 0), source, sizeBytes);
        e.finish(RDX);
    }

    private void atomic(int op, int sizeBytes) {
        atomicAccess(Tlb.WRITE_TAG, sizeBytes);
        a.load(RDX, memory(RAX, 0), sizeBytes, true);
        e.load(RCX, e.rs2());
        a.alu(op, RCX, RDX);
        a.store(memory(RAX, 0), RCX, sizeBytes);
        e.finish(RDX);
    }

    /** Stores rs2 where {@code loaded CONDITION rs2}, else what was loaded. */
    private void atomicSelect(int condition, int sizeBytes) {
        atomicAccess(Tlb.WRITE_TAG, sizeBytes);
        a.load(RDX, memory(RAX, 0), sizeBytes, true);
        if (e.rs2() == 0) {
            a.alu32(XOR, RCX, RCX);
        } else {
            // Both sign-extended: the order of the lower halves, signed and unsigned, is that of the whole.
            a.load(RCX, GuestState.integer(e.rs2()), sizeBytes, true);
        }
        a.alu(CMP, RDX, RCX);
        int taken = a.jumpShort(condition);
        a.move(RCX, RDX);
        a.bindShort(taken);
        a.store(memory(RAX, 0), RCX, sizeBytes);
        e.finish(RDX);
    }

    /** A host address in RAM, in rax, to a physical one in rcx. */
    private void physicalAddress() {
        a.move(RCX, RAX);
        a.alu(SUB, RCX, GuestState.field(HartState.RAM_ADDEND));
    }

    private void loadReserved(int sizeBytes) {
        atomicAccess(Tlb.READ_TAG, sizeBytes);
        physicalAddress();
        a.store(GuestState.field(HartState.RESERVATION), RCX);
        a.load(RDX, memory(RAX, 0), sizeBytes, true);
        e.finish(RDX);
    }

    private void storeConditional(int sizeBytes) {
        atomicAccess(Tlb.WRITE_TAG, sizeBytes);
        physicalAddress();
        a.moveImmediate(RDX, 1);
        a.alu(CMP, RCX, GuestState.field(HartState.RESERVATION));
        a.storeImmediate(GuestState.field(HartState.RESERVATION), (int) HartState.NO_RESERVATION);
        int fails = a.jumpShort(NOT_EQUAL);
        a.store(memory(RAX, 0), e.inRegister(e.rs2(), RCX), sizeBytes);
        a.alu32(XOR, RDX, RDX);
        a.bindShort(fails);
        e.finish(RDX);
    }
}

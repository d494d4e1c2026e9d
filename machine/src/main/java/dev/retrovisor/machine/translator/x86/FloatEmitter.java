package dev.retrovisor.machine.translator.x86;

import static dev.retrovisor.machine.translator.x86.X86Assembler.*;

import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.hart.Mstatus;
import dev.retrovisor.machine.hart.Tlb;
import dev.retrovisor.machine.isa.Ops;

/**
 * Host code of F and D on the host's own floating point. Exceptions gather in MXCSR, which has the guest's rounding mode
 * while {@code FLOAT_LIVE} says so; tininess is after rounding on both. What differs is mended here (NaNs become the
 * canonical one) or left to the interpreter before anything is changed but flags that it will raise too (conversions out
 * of range, minimum and maximum of a NaN, fused operations on NaNs, singles that are not boxed).
 */
final class FloatEmitter {
    private static final int TRUNCATE = 1;
    private static final int LARGEST_OF_MXCSR = 3;
    private static final int LARGEST = 4;
    private static final int DYNAMIC = 7;

    private static final long TWO_TO_THE_32 = 0x41F0_0000_0000_0000L;
    private static final long TWO_TO_THE_32_SINGLE = 0x4F80_0000L;
    private static final long TWO_TO_THE_63 = 0x43E0_0000_0000_0000L;
    private static final long TWO_TO_THE_63_SINGLE = 0x5F00_0000L;

    private final Emission e;
    private final X86Assembler a;
    private final MemoryEmitter memory;
    private final Runtime runtime;
    private final FloatRegisters registers;
    private boolean ready;

    FloatEmitter(Emission emission, MemoryEmitter memory, Runtime runtime) {
        e = emission;
        a = emission.a;
        this.memory = memory;
        this.runtime = runtime;
        registers = e.floats;
    }

    /** Begins a block: nothing is known of MXCSR, nothing lies in registers. */
    void begin() {
        ready = false;
        registers.forgetAll();
    }

    /** Writes the instruction at hand; false if it is none of these. */
    boolean emit(int op) {
        if (op < Ops.FLW || op >= Ops.FIRST_SYSTEM) {
            return false;
        }
        registers.beginInstruction();
        return emitMoves(op) || emitType(op) || emitConversions(op);
    }

    /** Host floating point must be set up for the guest; once a block. */
    void require() {
        if (!ready) {
            a.compareByte(GuestState.field(HartState.FLOAT_LIVE), 0);
            int exit = e.interpretExit();
            e.detour(a.jump(EQUAL), () -> {
                a.moveImmediate(RAX, exit);
                e.jumpToRuntime(a.call(), runtime.setUpFloatAddress());
            });
            ready = true;
        }
    }

    /** Floating point must be on: enough for what only reads registers and rounds nothing. */
    void requireOn() {
        if (!ready) {
            a.testImmediate32(GuestState.field(HartState.MSTATUS), (int) Mstatus.FS);
            e.interpretFrom(a.jump(EQUAL));
        }
    }

    private boolean emitMoves(int op) {
        switch (op) {
            case Ops.FLD -> load(DOUBLE);
            case Ops.FLW -> load(SINGLE);
            case Ops.FSD -> store(8);
            case Ops.FSW -> store(4);
            case Ops.FMVXD -> {
                requireOn();
                a.move(e.target(), GuestState.slot(e.rs1()));
                e.finish();
            }
            case Ops.FMVXW -> {
                requireOn();
                a.load(e.target(), GuestState.slot(e.rs1()), 4, true);
                e.finish();
            }
            case Ops.FMVDX -> {
                require();
                int source = e.inRegister(e.rs1(), RAX);
                a.store(GuestState.slot(e.rd()), source);
                a.moveToXmm(registers.define(e.rd(), false), source, true);
            }
            case Ops.FMVWX -> {
                require();
                int source = e.inRegister(e.rs1(), RAX);
                int xmm = registers.define(e.rd(), true);
                a.moveToXmm(xmm, source, false);
                finish(SINGLE, xmm);
            }
            case Ops.FSGNJD -> signDouble(BTR, true);
            case Ops.FSGNJND -> signDouble(BTC, true);
            case Ops.FSGNJXD -> signDouble(BTR, false);
            case Ops.FSGNJS -> signSingle(0);
            case Ops.FSGNJNS -> signSingle(1);
            case Ops.FSGNJXS -> signSingle(2);
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean emitType(int op) {
        switch (op) {
            case Ops.FADDD -> arithmetic(FP_ADD, DOUBLE);
            case Ops.FADDS -> arithmetic(FP_ADD, SINGLE);
            case Ops.FSUBD -> arithmetic(FP_SUB, DOUBLE);
            case Ops.FSUBS -> arithmetic(FP_SUB, SINGLE);
            case Ops.FMULD -> arithmetic(FP_MUL, DOUBLE);
            case Ops.FMULS -> arithmetic(FP_MUL, SINGLE);
            case Ops.FDIVD -> arithmetic(FP_DIV, DOUBLE);
            case Ops.FDIVS -> arithmetic(FP_DIV, SINGLE);
            case Ops.FSQRTD -> squareRoot(DOUBLE);
            case Ops.FSQRTS -> squareRoot(SINGLE);
            case Ops.FMADDD -> fused(FUSED_ADD, DOUBLE);
            case Ops.FMADDS -> fused(FUSED_ADD, SINGLE);
            case Ops.FMSUBD -> fused(FUSED_SUB, DOUBLE);
            case Ops.FMSUBS -> fused(FUSED_SUB, SINGLE);
            case Ops.FNMSUBD -> fused(FUSED_NEGATED_ADD, DOUBLE);
            case Ops.FNMSUBS -> fused(FUSED_NEGATED_ADD, SINGLE);
            case Ops.FNMADDD -> fused(FUSED_NEGATED_SUB, DOUBLE);
            case Ops.FNMADDS -> fused(FUSED_NEGATED_SUB, SINGLE);
            case Ops.FMIND -> select(FP_MIN, FP_OR, DOUBLE);
            case Ops.FMINS -> select(FP_MIN, FP_OR, SINGLE);
            case Ops.FMAXD -> select(FP_MAX, FP_AND, DOUBLE);
            case Ops.FMAXS -> select(FP_MAX, FP_AND, SINGLE);
            case Ops.FEQD -> isEqual(DOUBLE);
            case Ops.FEQS -> isEqual(SINGLE);
            case Ops.FLTD -> isLess(ABOVE, DOUBLE);
            case Ops.FLTS -> isLess(ABOVE, SINGLE);
            case Ops.FLED -> isLess(ABOVE_EQUAL, DOUBLE);
            case Ops.FLES -> isLess(ABOVE_EQUAL, SINGLE);
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean emitConversions(int op) {
        switch (op) {
            case Ops.FCVTWD -> toSigned(DOUBLE, false);
            case Ops.FCVTWS -> toSigned(SINGLE, false);
            case Ops.FCVTLD -> toSigned(DOUBLE, true);
            case Ops.FCVTLS -> toSigned(SINGLE, true);
            case Ops.FCVTWUD -> toUnsigned(DOUBLE, false);
            case Ops.FCVTWUS -> toUnsigned(SINGLE, false);
            case Ops.FCVTLUD -> toUnsigned(DOUBLE, true);
            case Ops.FCVTLUS -> toUnsigned(SINGLE, true);
            case Ops.FCVTDW -> fromInteger(DOUBLE, false, true, true);
            case Ops.FCVTSW -> fromInteger(SINGLE, false, true, false);
            case Ops.FCVTDWU -> fromInteger(DOUBLE, false, false, true);
            case Ops.FCVTSWU -> fromInteger(SINGLE, false, false, false);
            case Ops.FCVTDL -> fromInteger(DOUBLE, true, true, false);
            case Ops.FCVTSL -> fromInteger(SINGLE, true, true, false);
            case Ops.FCVTDLU -> fromInteger(DOUBLE, true, false, false);
            case Ops.FCVTSLU -> fromInteger(SINGLE, true, false, false);
            case Ops.FCVTDS -> convert(SINGLE, DOUBLE, true);
            case Ops.FCVTSD -> convert(DOUBLE, SINGLE, false);
            default -> {
                return false;
            }
        }
        return true;
    }

    // Operands and results.

    private int source(int type, int slot) {
        if (type == DOUBLE) {
            return registers.asDouble(slot);
        }
        if (!registers.isBoxed(slot)) {
            a.aluImmediate32(CMP, upperHalf(slot), -1);
            e.interpretFrom(a.jump(NOT_EQUAL));
        }
        return registers.asSingle(slot);
    }

    private static long upperHalf(int slot) {
        return GuestState.field(slot * 8 + 4);
    }

    /** Writes a result in an xmm register to the state. */
    private void finish(int type, int xmm) {
        a.fpStore(type, GuestState.slot(e.rd()), xmm);
        if (type == SINGLE) {
            a.storeImmediate32(upperHalf(e.rd()), -1);
        }
    }

    private void finishArithmetic(int type, int xmm) {
        a.fpCompare(type, xmm, xmm, false);
        e.canonicalNanFrom(a.jump(PARITY), xmm, type == DOUBLE);
        finish(type, xmm);
    }

    private int mode() {
        return e.immediate() & 7;
    }

    /** Sets up; leaves to the interpreter what does not round as MXCSR says. {@code exact}: the mode makes no difference. */
    private void requireMode(boolean exact) {
        require();
        int mode = mode();
        if (mode == DYNAMIC || exact && mode <= LARGEST) {
            return;
        }
        if (mode > LARGEST_OF_MXCSR) {
            e.interpretFrom(a.jump());
            return;
        }
        a.compareByte(GuestState.field(HartState.FRM), mode);
        e.interpretFrom(a.jump(NOT_EQUAL));
    }

    // Loads and stores.

    private void load(int type) {
        require();
        memory.access(Tlb.READ_TAG, type == DOUBLE ? 8 : 4);
        int xmm = registers.define(e.rd(), type == SINGLE);
        a.fpLoad(type, xmm, memory(RAX, 0));
        finish(type, xmm);
        e.resumeHere();
    }

    private void store(int sizeBytes) {
        requireOn();
        memory.access(Tlb.WRITE_TAG, sizeBytes);
        a.load(RCX, GuestState.slot(e.rs2()), sizeBytes, false);
        a.store(memory(RAX, 0), RCX, sizeBytes);
        e.resumeHere();
    }

    // Signs: on integer registers.

    private void signDouble(int bitOp, boolean replaces) {
        require();
        if (replaces && e.rs1() == e.rs2() && bitOp == BTR) {
            copyDouble();
            return;
        }
        a.move(RAX, GuestState.slot(e.rs1()));
        if (e.rs1() == e.rs2()) {
            a.bitTest(bitOp, (long) RAX, 63); // the own sign inverted, or cancelled
        } else {
            a.move(RCX, GuestState.slot(e.rs2()));
            if (bitOp == BTC) {
                a.unary(NOT, RCX);
            }
            a.shift(SHR, RCX, 63);
            a.shift(SHL, RCX, 63);
            if (replaces) {
                a.bitTest(BTR, (long) RAX, 63);
                a.alu(OR, RAX, RCX);
            } else {
                a.alu(XOR, RAX, RCX);
            }
        }
        a.store(GuestState.slot(e.rd()), RAX);
        a.moveToXmm(registers.define(e.rd(), false), RAX, true);
    }

    private void copyDouble() {
        int source = registers.asDouble(e.rs1());
        int xmm = registers.define(e.rd(), false);
        if (xmm != source) {
            a.fpMove(xmm, source);
        }
        finish(DOUBLE, xmm);
    }

    /** @param kind 0: takes the sign of rs2, 1: its inverse, 2: changes by it */
    private void signSingle(int kind) {
        require();
        source(SINGLE, e.rs1());
        source(SINGLE, e.rs2());
        a.move32(RAX, GuestState.slot(e.rs1()));
        a.move32(RCX, GuestState.slot(e.rs2()));
        if (kind == 1) {
            a.unary32(NOT, RCX);
        }
        a.aluImmediate32(AND, RCX, Integer.MIN_VALUE);
        if (kind == 2) {
            a.alu32(XOR, RAX, RCX);
        } else {
            a.aluImmediate32(AND, RAX, Integer.MAX_VALUE);
            a.alu32(OR, RAX, RCX);
        }
        int xmm = registers.define(e.rd(), true);
        a.moveToXmm(xmm, RAX, false);
        finish(SINGLE, xmm);
    }

    // Arithmetic.

    private void arithmetic(int op, int type) {
        requireMode(false);
        int first = source(type, e.rs1());
        int second = source(type, e.rs2());
        int xmm = registers.define(e.rd(), type == SINGLE);
        a.fp(op, type, xmm, first, second);
        finishArithmetic(type, xmm);
    }

    private void squareRoot(int type) {
        requireMode(false);
        int operand = source(type, e.rs1());
        int xmm = registers.define(e.rd(), type == SINGLE);
        a.fp(SQRT, type, xmm, operand, operand);
        finishArithmetic(type, xmm);
    }

    /** A NaN is the interpreter's: it knows that infinity times zero is invalid even if a quiet NaN is added. */
    private void fused(int op, int type) {
        requireMode(false);
        int first = source(type, e.rs1());
        int second = source(type, e.rs2());
        int third = source(type, e.rs3());
        a.fpMove(0, first);
        a.fpFused(op, type, 0, second, third);
        a.fpCompare(type, 0, 0, false);
        e.interpretFrom(a.jump(PARITY));
        int xmm = registers.define(e.rd(), type == SINGLE);
        a.fpMove(xmm, 0);
        finish(type, xmm);
    }

    /** Minimum or maximum; of equal operands, which may be zeros of both signs, the bits are combined. */
    private void select(int op, int combine, int type) {
        require();
        int first = source(type, e.rs1());
        int second = source(type, e.rs2());
        a.fpCompare(type, first, second, false);
        e.interpretFrom(a.jump(PARITY));
        int differ = a.jumpShort(NOT_EQUAL);
        a.fpBitwise(combine, 0, first, second);
        int done = a.jumpShort();
        a.bindShort(differ);
        a.fp(op, type, 0, first, second);
        a.bindShort(done);
        int xmm = registers.define(e.rd(), type == SINGLE);
        a.fpMove(xmm, 0);
        finish(type, xmm);
    }

    private void isEqual(int type) {
        require();
        int first = source(type, e.rs1());
        int second = source(type, e.rs2());
        a.alu32(XOR, RCX, RCX);
        a.alu32(XOR, RDX, RDX);
        a.fpCompare(type, first, second, false);
        a.setByte(NO_PARITY, RCX);
        a.conditionalMove(NOT_EQUAL, RCX, RDX);
        e.finish(RCX);
    }

    /** The operands the other way round: unordered is below then. */
    private void isLess(int condition, int type) {
        require();
        int first = source(type, e.rs1());
        int second = source(type, e.rs2());
        a.alu32(XOR, RCX, RCX);
        a.fpCompare(type, second, first, true);
        a.setByte(condition, RCX);
        e.finish(RCX);
    }

    // Conversions.

    /** Whether a conversion to an integer truncates whatever MXCSR says; if not, that is seen to. */
    private boolean truncates() {
        if (mode() == TRUNCATE) {
            require();
            return true;
        }
        requireMode(false);
        return false;
    }

    private void toSigned(int type, boolean wide) {
        boolean truncates = truncates();
        int operand = source(type, e.rs1());
        a.fpToInteger(type, RAX, operand, wide, truncates);
        // The least integer may stand for anything out of range: only subtracting 1 from it overflows.
        if (wide) {
            a.aluImmediate(CMP, RAX, 1);
        } else {
            a.aluImmediate32(CMP, RAX, 1);
        }
        e.interpretFrom(a.jump(OVERFLOW));
        if (!wide) {
            a.load(RAX, RAX, 4, true);
        }
        e.finish(RAX);
    }

    /** By the conversion to 64 bits, from 0 up to what that or the target can hold, and only if it truncates. */
    private void toUnsigned(int type, boolean wide) {
        require();
        if (mode() != TRUNCATE) {
            e.interpretFrom(a.jump());
            return;
        }
        int operand = source(type, e.rs1());
        a.fpBitwise(FP_XOR, 0, 0, 0);
        a.fpCompare(type, operand, 0, false);
        e.interpretFrom(a.jump(BELOW));
        // Not found out by the conversion itself: it would raise a flag that the guest's does not.
        if (wide) {
            a.moveImmediate(RAX, type == DOUBLE ? TWO_TO_THE_63 : TWO_TO_THE_63_SINGLE);
        } else {
            a.moveImmediate(RAX, type == DOUBLE ? TWO_TO_THE_32 : TWO_TO_THE_32_SINGLE);
        }
        a.moveToXmm(0, RAX, true);
        a.fpCompare(type, operand, 0, false);
        e.interpretFrom(a.jump(ABOVE_EQUAL));
        a.fpToInteger(type, RAX, operand, true, true);
        if (!wide) {
            a.load(RAX, RAX, 4, true);
        }
        e.finish(RAX);
    }

    private void fromInteger(int type, boolean wide, boolean signed, boolean exact) {
        requireMode(exact);
        a.fpBitwise(FP_XOR, 0, 0, 0);
        if (signed) {
            a.fpFromInteger(type, 0, 0, GuestState.integer(e.rs1()), wide);
        } else if (wide) {
            e.load(RAX, e.rs1());
            a.test(RAX, RAX);
            e.interpretFrom(a.jump(SIGN));
            a.fpFromInteger(type, 0, 0, RAX, true);
        } else {
            a.move32(RAX, GuestState.integer(e.rs1()));
            a.fpFromInteger(type, 0, 0, RAX, true);
        }
        int xmm = registers.define(e.rd(), type == SINGLE);
        a.fpMove(xmm, 0);
        finish(type, xmm);
    }

    private void convert(int from, int to, boolean exact) {
        requireMode(exact);
        int operand = source(from, e.rs1());
        a.fpConvert(from, 0, operand, operand);
        int xmm = registers.define(e.rd(), to == SINGLE);
        a.fpMove(xmm, 0);
        finishArithmetic(to, xmm);
    }
}

package dev.retrovisor.machine.translator.x86;

import static dev.retrovisor.machine.translator.x86.X86Assembler.*;

import dev.retrovisor.machine.isa.Ops;

/** Host code of bit manipulation: Zbb, Zbs, Zicond. */
final class BitEmitter {
    private final Emission e;
    private final X86Assembler a;

    BitEmitter(Emission emission) {
        e = emission;
        a = emission.a;
    }

    /** Writes the instruction at hand; false if it is none of these. */
    boolean emit(int op) {
        switch (op) {
            case Ops.ANDN -> {
                a.andNot(RAX, e.inRegister(e.rs2(), RAX), GuestState.integer(e.rs1()));
                e.finish(RAX);
            }
            case Ops.ORN -> {
                e.load(RAX, e.rs2());
                a.unary(NOT, RAX);
                a.alu(OR, RAX, GuestState.integer(e.rs1()));
                e.finish(RAX);
            }
            case Ops.XNOR -> {
                e.load(RAX, e.rs2());
                a.unary(NOT, RAX);
                a.alu(XOR, RAX, GuestState.integer(e.rs1()));
                e.finish(RAX);
            }
            case Ops.CLZ -> {
                a.leadingZeros(RAX, GuestState.integer(e.rs1()), true);
                e.finish(RAX);
            }
            case Ops.CLZW -> {
                a.leadingZeros(RAX, GuestState.integer(e.rs1()), false);
                e.finish(RAX);
            }
            case Ops.CTZ -> {
                a.trailingZeros(RAX, GuestState.integer(e.rs1()), true);
                e.finish(RAX);
            }
            case Ops.CTZW -> {
                a.trailingZeros(RAX, GuestState.integer(e.rs1()), false);
                e.finish(RAX);
            }
            case Ops.CPOP -> {
                a.populationCount(RAX, GuestState.integer(e.rs1()), true);
                e.finish(RAX);
            }
            case Ops.CPOPW -> {
                a.populationCount(RAX, GuestState.integer(e.rs1()), false);
                e.finish(RAX);
            }
            case Ops.MAX -> select(LESS);
            case Ops.MIN -> select(GREATER);
            case Ops.MAXU -> select(BELOW);
            case Ops.MINU -> select(ABOVE);
            case Ops.SEXTB -> e.extend(1, true);
            case Ops.SEXTH -> e.extend(2, true);
            case Ops.ZEXTH -> e.extend(2, false);
            case Ops.REV8 -> {
                e.load(RAX, e.rs1());
                a.bswap(RAX);
                e.finish(RAX);
            }
            case Ops.ORCB -> {
                a.moveToXmm(0, e.inRegister(e.rs1(), RAX), true);
                a.fpBitwise(FP_XOR, 1, 1, 1);
                a.compareBytes(0, 0, 1);
                a.moveFromXmm(RAX, 0, true);
                a.unary(NOT, RAX);
                e.finish(RAX);
            }
            case Ops.ROL -> rotate(ROL, true);
            case Ops.ROR -> rotate(ROR, true);
            case Ops.ROLW -> rotate(ROL, false);
            case Ops.RORW -> rotate(ROR, false);
            case Ops.RORI -> {
                a.rorx(e.target(), GuestState.integer(e.rs1()), e.immediate(), true);
                e.finish();
            }
            case Ops.RORIW -> {
                a.rorx(RAX, GuestState.integer(e.rs1()), e.immediate(), false);
                e.finishWord(RAX);
            }
            case Ops.BCLR -> bit(BTR);
            case Ops.BINV -> bit(BTC);
            case Ops.BSET -> bit(BTS);
            case Ops.BCLRI -> bitImmediate(BTR);
            case Ops.BINVI -> bitImmediate(BTC);
            case Ops.BSETI -> bitImmediate(BTS);
            case Ops.BEXT -> {
                int count = e.inRegister(e.rs2(), RCX);
                a.shiftx(SHR, RAX, GuestState.integer(e.rs1()), count, true);
                a.aluImmediate32(AND, RAX, 1);
                e.finish(RAX);
            }
            case Ops.BEXTI -> {
                e.load(RAX, e.rs1());
                a.shift(SHR, RAX, e.immediate());
                a.aluImmediate32(AND, RAX, 1);
                e.finish(RAX);
            }
            case Ops.CZEROEQZ -> conditionalZero(EQUAL);
            case Ops.CZERONEZ -> conditionalZero(NOT_EQUAL);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void rotate(int op, boolean wide) {
        e.load(RCX, e.rs2());
        e.load(RAX, e.rs1());
        if (wide) {
            a.shiftByCl(op, RAX);
            e.finish(RAX);
        } else {
            a.shiftByCl32(op, RAX);
            e.finishWord(RAX);
        }
    }

    /** rs1, or rs2 where {@code rs1 CONDITION rs2}. */
    private void select(int condition) {
        e.load(RAX, e.rs1());
        a.alu(CMP, RAX, GuestState.integer(e.rs2()));
        a.conditionalMove(condition, RAX, GuestState.integer(e.rs2()));
        e.finish(RAX);
    }

    private void bit(int op) {
        int bit = e.inRegister(e.rs2(), RCX);
        e.load(RAX, e.rs1());
        a.bitTest(op, RAX, bit);
        e.finish(RAX);
    }

    private void bitImmediate(int op) {
        e.load(RAX, e.rs1());
        a.bitTest(op, (long) RAX, e.immediate());
        e.finish(RAX);
    }

    private void conditionalZero(int condition) {
        a.alu32(XOR, RCX, RCX);
        e.load(RAX, e.rs1());
        a.aluImmediate(CMP, GuestState.integer(e.rs2()), 0);
        a.conditionalMove(condition, RAX, RCX);
        e.finish(RAX);
    }
}

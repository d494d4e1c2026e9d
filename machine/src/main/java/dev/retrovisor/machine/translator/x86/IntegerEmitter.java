package dev.retrovisor.machine.translator.x86;

import static dev.retrovisor.machine.translator.x86.X86Assembler.*;

import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.isa.Ops;

/** Host code of integer arithmetic on registers: RV64I, M, Zba. */
final class IntegerEmitter {
    private final Emission e;
    private final X86Assembler a;

    IntegerEmitter(Emission emission) {
        e = emission;
        a = emission.a;
    }

    /** Writes the instruction at hand; false if it is none of these. */
    boolean emit(int op) {
        if (op == Ops.FENCE || op == Ops.FENCEI) {
            return true; // the machine's law leaves nothing to order, and nothing stale
        }
        if (!e.hasDestination() && isComputation(op)) {
            return true;
        }
        return emitBase(op) || emitWord(op) || emitMultiply(op);
    }

    /** Whether it only computes: what has no destination has no effect then. */
    private static boolean isComputation(int op) {
        return op < Ops.FIRST_FLOAT
                && switch (op) {
                    case Ops.BEQ, Ops.BNE, Ops.BLT, Ops.BGE, Ops.BLTU, Ops.BGEU, Ops.JAL, Ops.JALR -> false;
                    case Ops.LB, Ops.LBU, Ops.LH, Ops.LHU, Ops.LW, Ops.LWU, Ops.LD, Ops.SB, Ops.SH, Ops.SW, Ops.SD ->
                        false;
                    case Ops.FLW,
                            Ops.FSW,
                            Ops.FLD,
                            Ops.FSD,
                            Ops.UNDECODED,
                            Ops.ENTER,
                            Ops.PROBED,
                            Ops.LEAVE,
                            Ops.CROSSING,
                            Ops.ILLEGAL -> false;
                    default -> op < Ops.AMOADDD || op > Ops.AMOXORW;
                };
    }

    private boolean emitBase(int op) {
        switch (op) {
            case Ops.ADD -> add();
            case Ops.SUB -> binary(SUB, false);
            case Ops.AND -> binary(AND, true);
            case Ops.OR -> binary(OR, true);
            case Ops.XOR -> binary(XOR, true);
            case Ops.ADDI -> addImmediate();
            case Ops.ANDI -> immediate(AND);
            case Ops.ORI -> immediate(OR);
            case Ops.XORI -> immediate(XOR);
            case Ops.LUI -> constant(e.immediate());
            case Ops.AUIPC -> pageRelative(e.offset() + (long) e.immediate());
            case Ops.SLLI -> shiftImmediate(SHL);
            case Ops.SRLI -> shiftImmediate(SHR);
            case Ops.SRAI -> shiftImmediate(SAR);
            case Ops.SLL -> shift(SHL, true);
            case Ops.SRL -> shift(SHR, true);
            case Ops.SRA -> shift(SAR, true);
            case Ops.SLT -> compare(LESS);
            case Ops.SLTU -> compare(BELOW);
            case Ops.SLTI -> compareImmediate(LESS);
            case Ops.SLTIU -> compareImmediate(BELOW);
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean emitWord(int op) {
        switch (op) {
            case Ops.ADDW -> binaryWord(ADD, true);
            case Ops.SUBW -> binaryWord(SUB, false);
            case Ops.ADDIW -> addImmediateWord();
            case Ops.SLLIW -> shiftImmediateWord(SHL);
            case Ops.SRLIW -> shiftImmediateWord(SHR);
            case Ops.SRAIW -> shiftImmediateWord(SAR);
            case Ops.SLLW -> shift(SHL, false);
            case Ops.SRLW -> shift(SHR, false);
            case Ops.SRAW -> shift(SAR, false);
            case Ops.ADDUW -> shiftAdd(0, false);
            case Ops.SH1ADD -> shiftAdd(1, true);
            case Ops.SH2ADD -> shiftAdd(2, true);
            case Ops.SH3ADD -> shiftAdd(3, true);
            case Ops.SH1ADDUW -> shiftAdd(1, false);
            case Ops.SH2ADDUW -> shiftAdd(2, false);
            case Ops.SH3ADDUW -> shiftAdd(3, false);
            case Ops.SLLIUW -> {
                a.move32(e.target(), GuestState.integer(e.rs1()));
                a.shift(SHL, e.target(), e.immediate());
                e.finish();
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean emitMultiply(int op) {
        switch (op) {
            case Ops.MUL -> {
                e.load(RAX, e.rs1());
                a.multiply(RAX, GuestState.integer(e.rs2()));
                e.finish(RAX);
            }
            case Ops.MULW -> {
                e.load(RAX, e.rs1());
                a.multiply32(RAX, GuestState.integer(e.rs2()));
                e.finishWord(RAX);
            }
            case Ops.MULH -> multiplyHigh(IMUL);
            case Ops.MULHU -> multiplyHigh(MUL);
            case Ops.MULHSU -> multiplyHighSignedUnsigned();
            case Ops.DIV -> divide(true, true, false);
            case Ops.DIVU -> divide(true, false, false);
            case Ops.REM -> divide(true, true, true);
            case Ops.REMU -> divide(true, false, true);
            case Ops.DIVW -> divide(false, true, false);
            case Ops.DIVUW -> divide(false, false, false);
            case Ops.REMW -> divide(false, true, true);
            case Ops.REMUW -> divide(false, false, true);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void add() {
        if (e.rs1() == 0 || e.rs2() == 0) {
            int source = e.rs1() == 0 ? e.rs2() : e.rs1();
            e.load(e.target(), source);
            e.finish();
            return;
        }
        int first = GuestState.host(e.rs1());
        int second = GuestState.host(e.rs2());
        if (GuestState.host(e.rd()) >= 0 && first >= 0 && second >= 0 && e.rd() != e.rs1() && e.rd() != e.rs2()) {
            a.leaScaled(e.target(), first, second, 0);
        } else {
            binary(ADD, true);
        }
    }

    private void binary(int op, boolean commutes) {
        int host = GuestState.host(e.rd());
        if (host >= 0 && e.rd() == e.rs1()) {
            a.alu(op, host, GuestState.integer(e.rs2()));
        } else if (host >= 0 && e.rd() == e.rs2() && commutes) {
            a.alu(op, host, GuestState.integer(e.rs1()));
        } else {
            int result = host < 0 || e.rd() == e.rs2() ? RAX : host;
            e.load(result, e.rs1());
            a.alu(op, result, GuestState.integer(e.rs2()));
            e.finish(result);
        }
    }

    private void binaryWord(int op, boolean commutes) {
        int host = GuestState.host(e.rd());
        if (host >= 0 && e.rd() == e.rs1()) {
            a.alu32(op, host, GuestState.integer(e.rs2()));
            a.load(host, host, 4, true);
        } else if (host >= 0 && e.rd() == e.rs2() && commutes) {
            a.alu32(op, host, GuestState.integer(e.rs1()));
            a.load(host, host, 4, true);
        } else {
            e.loadWord(RAX, e.rs1());
            a.alu32(op, RAX, GuestState.integer(e.rs2()));
            e.finishWord(RAX);
        }
    }

    private void constant(long value) {
        if (GuestState.host(e.rd()) < 0 && value == (int) value) {
            a.storeImmediate(GuestState.slot(e.rd()), (int) value);
        } else {
            a.moveImmediate(e.target(), value);
            e.finish();
        }
    }

    /** An address from the distance to the beginning of the page that is being executed. */
    private void pageRelative(long distance) {
        a.move(e.target(), GuestState.field(HartState.CODE_PAGE));
        if (distance == (int) distance) {
            a.aluImmediate(ADD, e.target(), (int) distance);
        } else {
            a.moveImmediate(RCX, distance);
            a.alu(ADD, e.target(), RCX);
        }
        e.finish();
    }

    private void addImmediate() {
        int source = GuestState.host(e.rs1());
        if (e.rs1() == 0) {
            constant(e.immediate());
        } else if (e.rd() == e.rs1()) {
            if (e.immediate() != 0) {
                a.aluImmediate(ADD, GuestState.integer(e.rd()), e.immediate());
            }
        } else if (source >= 0 && e.immediate() != 0) {
            a.leaAddress(e.target(), memory(source, e.immediate()));
            e.finish();
        } else {
            e.load(e.target(), e.rs1());
            if (e.immediate() != 0) {
                a.aluImmediate(ADD, e.target(), e.immediate());
            }
            e.finish();
        }
    }

    private void immediate(int op) {
        if (op == AND && e.immediate() == 255) {
            e.extend(1, false);
            return;
        }
        e.load(e.target(), e.rs1());
        a.aluImmediate(op, e.target(), e.immediate());
        e.finish();
    }

    private void addImmediateWord() {
        if (e.rs1() == 0) {
            constant(e.immediate());
            return;
        }
        if (e.immediate() == 0) {
            a.load(e.target(), GuestState.integer(e.rs1()), 4, true);
            e.finish();
            return;
        }
        if (e.rd() == e.rs1() && GuestState.host(e.rd()) >= 0) {
            a.aluImmediate32(ADD, e.target(), e.immediate());
            a.load(e.target(), e.target(), 4, true);
            return;
        }
        e.loadWord(RAX, e.rs1());
        a.aluImmediate32(ADD, RAX, e.immediate());
        e.finishWord(RAX);
    }

    private void shiftImmediate(int op) {
        e.load(e.target(), e.rs1());
        if (e.immediate() != 0) {
            a.shift(op, e.target(), e.immediate());
        }
        e.finish();
    }

    private void shiftImmediateWord(int op) {
        e.loadWord(RAX, e.rs1());
        if (e.immediate() != 0) {
            a.shift32(op, RAX, e.immediate());
        }
        e.finishWord(RAX);
    }

    private void shift(int op, boolean wide) {
        int count = e.inRegister(e.rs2(), RCX);
        a.shiftx(op, wide ? e.target() : RAX, GuestState.integer(e.rs1()), count, wide);
        if (wide) {
            e.finish();
        } else {
            e.finishWord(RAX);
        }
    }

    private void shiftAdd(int count, boolean wide) {
        int addend = GuestState.host(e.rs2());
        int shifted = GuestState.host(e.rs1());
        if (wide && addend >= 0 && shifted >= 0) {
            a.leaScaled(e.target(), addend, shifted, count);
            e.finish();
            return;
        }
        if (wide) {
            e.load(RAX, e.rs1());
        } else {
            e.loadWord(RAX, e.rs1());
        }
        if (addend >= 0) {
            a.leaScaled(e.target(), addend, RAX, count);
            e.finish();
            return;
        }
        if (count > 0) {
            a.shift(SHL, RAX, count);
        }
        a.alu(ADD, RAX, GuestState.integer(e.rs2()));
        e.finish(RAX);
    }

    private void compare(int condition) {
        a.alu32(XOR, RCX, RCX);
        a.alu(CMP, e.inRegister(e.rs1(), RAX), GuestState.integer(e.rs2()));
        a.setByte(condition, RCX);
        e.finish(RCX);
    }

    private void compareImmediate(int condition) {
        a.alu32(XOR, RCX, RCX);
        a.aluImmediate(CMP, GuestState.integer(e.rs1()), e.immediate());
        a.setByte(condition, RCX);
        e.finish(RCX);
    }

    private void multiplyHigh(int op) {
        e.load(RAX, e.rs1());
        a.unary(op, GuestState.integer(e.rs2()));
        e.finish(RDX);
    }

    /** The unsigned product's upper half, less rs2 if rs1 is negative. */
    private void multiplyHighSignedUnsigned() {
        e.load(RAX, e.rs1());
        a.move(RCX, RAX);
        a.shift(SAR, RCX, 63);
        a.alu(AND, RCX, GuestState.integer(e.rs2()));
        a.unary(MUL, GuestState.integer(e.rs2()));
        a.alu(SUB, RDX, RCX);
        e.finish(RDX);
    }

    /** No divide trap: x / 0 is all ones, x % 0 is x; the quotient that overflows wraps (unprivileged manual, "M Extension"). */
    private void divide(boolean wide, boolean signed, boolean remainder) {
        e.load(RCX, e.rs2());
        e.load(RAX, e.rs1());
        if (wide) {
            a.test(RCX, RCX);
        } else {
            a.test32(RCX, RCX);
        }
        int zero = a.jumpShort(EQUAL);
        int minusOne = 0;
        if (signed) {
            if (wide) {
                a.aluImmediate(CMP, RCX, -1);
            } else {
                a.aluImmediate32(CMP, RCX, -1);
            }
            minusOne = a.jumpShort(EQUAL);
        }
        divideNonzero(wide, signed);
        int done = a.jumpShort();
        int negated = 0;
        if (signed) {
            a.bindShort(minusOne);
            if (remainder) {
                a.alu32(XOR, RDX, RDX);
            } else if (wide) {
                a.unary(NEG, RAX);
            } else {
                a.unary32(NEG, RAX);
            }
            negated = a.jumpShort();
        }
        a.bindShort(zero);
        if (remainder) {
            a.move(RDX, RAX);
        } else {
            a.moveImmediate(RAX, -1);
        }
        a.bindShort(done);
        if (signed) {
            a.bindShort(negated);
        }
        int result = remainder ? RDX : RAX;
        if (wide) {
            e.finish(result);
        } else {
            e.finishWord(result);
        }
    }

    private void divideNonzero(boolean wide, boolean signed) {
        if (signed && wide) {
            a.cqo();
        } else if (signed) {
            a.cdq();
        } else {
            a.alu32(XOR, RDX, RDX);
        }
        int op = signed ? IDIV : DIV;
        if (wide) {
            a.unary(op, RCX);
        } else {
            a.unary32(op, RCX);
        }
    }
}

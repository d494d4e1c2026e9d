package dev.retrovisor.machine.translator.x86;

import static dev.retrovisor.machine.translator.x86.X86Assembler.*;
import static dev.retrovisor.machine.translator.x86.X86Operands.REGISTERS;
import static dev.retrovisor.machine.translator.x86.X86Operands.XMM;
import static dev.retrovisor.machine.translator.x86.X86Operands.register;

import dev.retrovisor.machine.translator.x86.X86Operands.Operand;
import java.util.List;
import java.util.Map;

/** The part of {@link X86Cases} about floating point. */
final class X86FloatCases {
    private static final Map<Integer, String> ARITHMETIC = Map.of(
            SQRT, "sqrt", FP_ADD, "add", FP_MUL, "mul", FP_SUB, "sub", FP_MIN, "min", FP_DIV, "div", FP_MAX, "max");
    private static final Map<Integer, String> FUSED = Map.of(
            FUSED_ADD,
            "vfmadd213",
            FUSED_SUB,
            "vfmsub213",
            FUSED_NEGATED_ADD,
            "vfnmadd213",
            FUSED_NEGATED_SUB,
            "vfnmsub213");

    /** Encodes an instruction with two registers and an operand. */
    private interface WithTwoRegisters {
        void encode(X86Assembler a, int register, int other, long operand);
    }

    private final X86Cases cases;

    X86FloatCases(X86Cases cases) {
        this.cases = cases;
    }

    void add() {
        for (int type : new int[] {SINGLE, DOUBLE}) {
            String suffix = type == SINGLE ? "ss" : "sd";
            int size = type == SINGLE ? 4 : 8;
            scalars(type, suffix, size);
            conversions(type, suffix, size);
        }
        List<Operand> registers = cases.registerOperands();
        Map.of(FP_AND, "vandps", FP_OR, "vorps", FP_XOR, "vxorps")
                .forEach((op, name) ->
                        three("fpBitwise", name, XMM, XMM, registers, (a, r, s, o) -> a.fpBitwise(op, r, s, (int) o)));
        three("compareBytes", "vpcmpeqb", XMM, XMM, registers, (a, r, s, o) -> a.compareBytes(r, s, (int) o));
        cases.toXmm("fpMove", "vmovaps", XMM, registers, (a, r, o) -> a.fpMove(r, (int) o));
        cases.toOperand(
                "storeVector", "vmovups", XMM, XMM, XMM, cases.memoryOperands(), (a, r, o) -> a.storeVector(o, r));
        moves();
        cases.onOperand("loadMxcsr", "ldmxcsr", "", 4, cases.memoryOperands(), X86Assembler::loadMxcsr);
        cases.onOperand("storeMxcsr", "stmxcsr", "", 4, cases.memoryOperands(), X86Assembler::storeMxcsr);
    }

    /** Every two xmm registers with every register as operand; every other operand where the two are the same. */
    private void three(
            String method,
            String mnemonic,
            int registerBytes,
            int memoryBytes,
            List<Operand> operands,
            WithTwoRegisters encode) {
        for (int register = 0; register < REGISTERS; register++) {
            for (int second = 0; second < REGISTERS; second++) {
                int target = register;
                int other = second;
                String begin = "%s xmm%d,xmm%d,".formatted(mnemonic, register, second);
                for (Operand operand : register == second ? operands : cases.registerOperands()) {
                    cases.add(
                            method,
                            a -> encode.encode(a, target, other, operand.encoded()),
                            begin + operand.text(registerBytes, memoryBytes));
                }
            }
        }
    }

    private void scalars(int type, String suffix, int size) {
        List<Operand> operands = cases.operands();
        ARITHMETIC.forEach((op, name) ->
                three("fp", "v" + name + suffix, XMM, size, operands, (a, r, s, o) -> a.fp(op, type, r, s, o)));
        FUSED.forEach((op, name) ->
                three("fpFused", name + suffix, XMM, size, operands, (a, r, s, o) -> a.fpFused(op, type, r, s, o)));
        List<Operand> memory = cases.memoryOperands();
        cases.toXmm("fpLoad", "vmov" + suffix, size, memory, (a, r, o) -> a.fpLoad(type, r, o));
        cases.toOperand("fpStore", "vmov" + suffix, XMM, XMM, size, memory, (a, r, o) -> a.fpStore(type, o, r));
        cases.toXmm("fpCompare", "vucomi" + suffix, size, operands, (a, r, o) -> a.fpCompare(type, r, o, false));
        cases.toXmm("fpCompare", "vcomi" + suffix, size, operands, (a, r, o) -> a.fpCompare(type, r, o, true));
    }

    private void conversions(int type, String suffix, int size) {
        String conversion = "vcvt" + suffix + "2" + (type == SINGLE ? "sd" : "ss");
        three("fpConvert", conversion, XMM, size, cases.operands(), (a, r, s, o) -> a.fpConvert(type, r, s, o));
        for (boolean wide : new boolean[] {false, true}) {
            int integer = wide ? 8 : 4;
            three(
                    "fpFromInteger",
                    "vcvtsi2" + suffix,
                    integer,
                    integer,
                    cases.operands(),
                    (a, r, s, o) -> a.fpFromInteger(type, r, s, o, wide));
            for (boolean truncates : new boolean[] {false, true}) {
                cases.toRegister(
                        "fpToInteger",
                        (truncates ? "vcvtt" : "vcvt") + suffix + "2si",
                        integer,
                        XMM,
                        size,
                        cases.operands(),
                        (a, r, o) -> a.fpToInteger(type, r, o, wide, truncates));
            }
        }
    }

    private void moves() {
        for (int xmm = 0; xmm < REGISTERS; xmm++) {
            for (int general = 0; general < REGISTERS; general++) {
                int x = xmm;
                int g = general;
                for (boolean wide : new boolean[] {false, true}) {
                    String mnemonic = wide ? "vmovq" : "vmovd";
                    String name = register(general, wide ? 8 : 4);
                    cases.add(
                            "moveFromXmm",
                            a -> a.moveFromXmm(g, x, wide),
                            "%s %s,xmm%d".formatted(mnemonic, name, xmm));
                    cases.add("moveToXmm", a -> a.moveToXmm(x, g, wide), "%s xmm%d,%s".formatted(mnemonic, xmm, name));
                }
            }
        }
    }
}

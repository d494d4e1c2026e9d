package dev.retrovisor.machine.isa;

import dev.retrovisor.machine.hart.HartState;
import java.util.ArrayList;

/**
 * Turns instruction bits into the packed form that the interpreter runs: a long with
 *
 * <pre>
 *  9:0   number of the instruction in {@link Ops}
 * 16:10  slot of the destination register; {@code HartState.SINK_SLOT} for x0 or none
 * 23:17  slot of the first source register, or a five-bit immediate (zimm)
 * 30:24  slot of the second source register
 * 31     1 if the encoding has 16 bits
 * 63:32  immediate; for branches and jal the distance in halfwords from the next instruction; CSR number; or rounding mode (bits 2:0) and slot of the third source (bits 9:3)
 * </pre>
 */
public final class Decoder {
    public static final int RD_SHIFT = 10;
    public static final int RS1_SHIFT = 17;
    public static final int RS2_SHIFT = 24;
    public static final int SHORT_SHIFT = 31;
    public static final int IMMEDIATE_SHIFT = 32;
    public static final int RS3_SHIFT = 3;

    private static final int BRANCH_OPCODE = 0x63;
    private static final int JAL_OPCODE = 0x6F;

    /** Where one operand of an encoding goes: either a field of the instruction or a constant is placed. */
    private record Operand(Encoding.Field field, long constant, int shift, int slotOffset, boolean destination) {
        long place(int bits) {
            long operand = field == null ? constant : field.extract(bits);
            if (destination && slotOffset == 0 && operand == 0) {
                return (long) HartState.SINK_SLOT << shift;
            }
            return operand + slotOffset << shift;
        }
    }

    /** For each encoding by number, its operands. */
    private static final Operand[][] OPERANDS = new Operand[Insns.all().size()][];

    /** For each instruction, whether its immediate is a distance from itself: those with the formats B and J. */
    private static final boolean[] IS_RELATIVE = new boolean[Ops.COUNT];

    static {
        for (Insns.Row row : Insns.all()) {
            OPERANDS[row.number()] = operands(row);
            int opcode = Insns.base(row.op()).encoding().match() & 0x7F;
            IS_RELATIVE[row.op()] = opcode == BRANCH_OPCODE || opcode == JAL_OPCODE;
        }
    }

    private Decoder() {}

    private static Operand[] operands(Insns.Row row) {
        String[] names = Insns.base(row.op()).operands();
        String[] sources = Insns.operandsOf(row.base());
        var operands = new ArrayList<Operand>();
        for (int i = 0; i < names.length; i++) {
            Encoding.Field field = row.encoding().field(sources[i]);
            long constant = field == null ? constant(sources[i]) : 0;
            switch (names[i]) {
                case "rd" -> operands.add(new Operand(field, constant, RD_SHIFT, 0, true));
                case "fd" -> operands.add(new Operand(field, constant, RD_SHIFT, HartState.F_SLOT, true));
                case "rs1", "zimm" -> operands.add(new Operand(field, constant, RS1_SHIFT, 0, false));
                case "fs1" -> operands.add(new Operand(field, constant, RS1_SHIFT, HartState.F_SLOT, false));
                case "rs2" -> operands.add(new Operand(field, constant, RS2_SHIFT, 0, false));
                case "fs2" -> operands.add(new Operand(field, constant, RS2_SHIFT, HartState.F_SLOT, false));
                case "fs3" ->
                    operands.add(new Operand(field, constant, IMMEDIATE_SHIFT + RS3_SHIFT, HartState.F_SLOT, false));
                case "imm", "shamt", "csr", "rm" ->
                    operands.add(new Operand(field, constant, IMMEDIATE_SHIFT, 0, false));
                case "pred", "succ" -> {}
                default -> throw new IllegalStateException("no place for operand " + names[i]);
            }
        }
        return operands.toArray(new Operand[0]);
    }

    /** A number, or a register by its number: {@code 12}, {@code x2}. */
    private static long constant(String text) {
        return Long.parseLong(text.startsWith("x") ? text.substring(1) : text);
    }

    /** Decodes a 32-bit instruction, or a 16-bit one in the lower half; {@link Ops#ILLEGAL} if there is none. */
    public static long decode(int bits) {
        boolean wide = (bits & 3) == 3;
        long length = wide ? 0 : 1L << SHORT_SHIFT;
        Insns.Row row = Insns.find(bits);
        if (row == null) {
            return Ops.ILLEGAL | length;
        }
        long packed = row.op() | length;
        boolean hasDestination = false;
        for (Operand operand : OPERANDS[row.number()]) {
            packed |= operand.place(wide ? bits : bits & 0xFFFF);
            hasDestination |= operand.destination();
        }
        if (IS_RELATIVE[row.op()]) {
            long halfwords = (packed >> IMMEDIATE_SHIFT) / 2 - (wide ? 2 : 1);
            packed = packed & (1L << IMMEDIATE_SHIFT) - 1 | halfwords << IMMEDIATE_SHIFT;
        }
        return hasDestination ? packed : packed | (long) HartState.SINK_SLOT << RD_SHIFT;
    }

    public static int op(long packed) {
        return (int) packed & 0x3FF;
    }

    /** 2 or 4. */
    public static int lengthBytes(long packed) {
        return 4 - (int) (packed >>> SHORT_SHIFT - 1 & 2);
    }
}

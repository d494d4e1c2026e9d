package dev.retrovisor.machine.isa;

import dev.retrovisor.machine.hart.HartState;

/**
 * Turns instruction bits into the packed form that the interpreter runs: a long with
 *
 * <pre>
 *  9:0   number of the instruction in {@link Ops}
 * 16:10  slot of the destination register; {@code HartState.SINK_SLOT} for x0 or none
 * 23:17  slot of the first source register, or a five-bit immediate (zimm)
 * 30:24  slot of the second source register
 * 31     1 if the encoding has 16 bits
 * 63:32  immediate; CSR number; or rounding mode (bits 2:0) and slot of the third source (bits 9:3)
 * </pre>
 */
public final class Decoder {
    public static final int RD_SHIFT = 10;
    public static final int RS1_SHIFT = 17;
    public static final int RS2_SHIFT = 24;
    public static final int SHORT_SHIFT = 31;
    public static final int IMMEDIATE_SHIFT = 32;
    public static final int RS3_SHIFT = 3;

    private Decoder() {}

    /** Decodes a 32-bit instruction, or a 16-bit one in the lower half; {@link Ops#ILLEGAL} if there is none. */
    public static long decode(int bits) {
        boolean wide = (bits & 3) == 3;
        long length = wide ? 0 : 1L << SHORT_SHIFT;
        Insns.Row row = Insns.find(bits);
        if (row == null) {
            return Ops.ILLEGAL | length;
        }
        int used = wide ? bits : bits & 0xFFFF;
        Insns.Row base = Insns.base(row.op());
        String[] names = base.operands();
        String[] sources = Insns.operandsOf(row.base());
        long packed = row.op() | length | (long) HartState.SINK_SLOT << RD_SHIFT;
        for (int i = 0; i < names.length; i++) {
            packed = place(packed, names[i], operand(row.encoding(), sources[i], used));
        }
        return packed;
    }

    private static long operand(Encoding encoding, String source, int bits) {
        if (encoding.has(source)) {
            return encoding.field(source).extract(bits);
        }
        return Long.parseLong(source.startsWith("x") ? source.substring(1) : source);
    }

    private static long place(long packed, String name, long operand) {
        return switch (name) {
            case "rd" -> {
                long slot = operand == 0 ? HartState.SINK_SLOT : operand;
                yield packed & ~(127L << RD_SHIFT) | slot << RD_SHIFT;
            }
            case "fd" -> packed & ~(127L << RD_SHIFT) | operand + HartState.F_SLOT << RD_SHIFT;
            case "rs1", "zimm" -> packed | operand << RS1_SHIFT;
            case "fs1" -> packed | operand + HartState.F_SLOT << RS1_SHIFT;
            case "rs2" -> packed | operand << RS2_SHIFT;
            case "fs2" -> packed | operand + HartState.F_SLOT << RS2_SHIFT;
            case "fs3" -> packed | operand + HartState.F_SLOT << IMMEDIATE_SHIFT + RS3_SHIFT;
            case "imm", "shamt", "csr", "rm" -> packed | operand << IMMEDIATE_SHIFT;
            case "pred", "succ" -> packed;
            default -> throw new IllegalStateException("no place for operand " + name);
        };
    }

    public static int op(long packed) {
        return (int) packed & 0x3FF;
    }

    /** 2 or 4. */
    public static int lengthBytes(long packed) {
        return 4 - (int) (packed >>> SHORT_SHIFT - 1 & 2);
    }
}

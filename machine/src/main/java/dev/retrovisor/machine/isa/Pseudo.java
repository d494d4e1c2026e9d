package dev.retrovisor.machine.isa;

import java.util.ArrayList;
import java.util.List;

/** Shorthands of the assembler (assembly programmer's manual, "Pseudoinstructions"): other words for real instructions. */
final class Pseudo {
    private Pseudo() {}

    /** The instructions that a shorthand with so many operands stands for, {@code $1} its first operand; null if none. */
    static String expansion(String mnemonic, int operands) {
        return switch (mnemonic + "/" + operands) {
            case "nop/0" -> "addi x0, x0, 0";
            case "mv/2" -> "addi $1, $2, 0";
            case "not/2" -> "xori $1, $2, -1";
            case "neg/2" -> "sub $1, x0, $2";
            case "negw/2" -> "subw $1, x0, $2";
            case "sext.w/2" -> "addiw $1, $2, 0";
            case "zext.b/2" -> "andi $1, $2, 255";
            case "zext.w/2" -> "add.uw $1, $2, x0";
            case "seqz/2" -> "sltiu $1, $2, 1";
            case "snez/2" -> "sltu $1, x0, $2";
            case "sltz/2" -> "slt $1, $2, x0";
            case "sgtz/2" -> "slt $1, x0, $2";
            case "beqz/2" -> "beq $1, x0, $2";
            case "bnez/2" -> "bne $1, x0, $2";
            case "bltz/2" -> "blt $1, x0, $2";
            case "bgez/2" -> "bge $1, x0, $2";
            case "bgtz/2" -> "blt x0, $1, $2";
            case "blez/2" -> "bge x0, $1, $2";
            case "bgt/3" -> "blt $2, $1, $3";
            case "ble/3" -> "bge $2, $1, $3";
            case "bgtu/3" -> "bltu $2, $1, $3";
            case "bleu/3" -> "bgeu $2, $1, $3";
            case "j/1", "tail/1" -> "jal x0, $1";
            case "jal/1", "call/1" -> "jal ra, $1";
            case "jr/1" -> "jalr x0, 0($1)";
            case "jalr/1" -> "jalr ra, 0($1)";
            case "ret/0" -> "jalr x0, 0(ra)";
            case "fence/0" -> "fence iorw, iorw";
            case "sfence.vma/0" -> "sfence.vma x0, x0";
            case "sfence.vma/1" -> "sfence.vma $1, x0";
            case "unimp/0" -> "csrrw x0, cycle, x0";
            case "csrr/2" -> "csrrs $1, $2, x0";
            case "csrw/2" -> "csrrw x0, $1, $2";
            case "csrs/2" -> "csrrs x0, $1, $2";
            case "csrc/2" -> "csrrc x0, $1, $2";
            case "csrwi/2" -> "csrrwi x0, $1, $2";
            case "csrsi/2" -> "csrrsi x0, $1, $2";
            case "csrci/2" -> "csrrci x0, $1, $2";
            case "rdcycle/1" -> "csrrs $1, cycle, x0";
            case "rdtime/1" -> "csrrs $1, time, x0";
            case "rdinstret/1" -> "csrrs $1, instret, x0";
            case "fmv.s/2" -> "fsgnj.s $1, $2, $2";
            case "fabs.s/2" -> "fsgnjx.s $1, $2, $2";
            case "fneg.s/2" -> "fsgnjn.s $1, $2, $2";
            case "fmv.d/2" -> "fsgnj.d $1, $2, $2";
            case "fabs.d/2" -> "fsgnjx.d $1, $2, $2";
            case "fneg.d/2" -> "fsgnjn.d $1, $2, $2";
            default -> null;
        };
    }

    /** Instructions that put a constant into a register, 32 bits first and twelve more with each shift. */
    static List<String> loadConstant(String register, long value) {
        var lines = new ArrayList<String>();
        loadConstant(lines, register, value);
        return lines;
    }

    private static void loadConstant(List<String> lines, String register, long value) {
        long low = value << 52 >> 52;
        if (value == low) {
            lines.add("addi %s, x0, %d".formatted(register, low));
            return;
        }
        if (value == (int) value) {
            lines.add("lui %s, %d".formatted(register, value - low >>> 12 & 0xFFFFF));
            if (low != 0) {
                lines.add("addiw %s, %s, %d".formatted(register, register, low));
            }
            return;
        }
        int shift = Long.numberOfTrailingZeros(value - low);
        loadConstant(lines, register, value - low >> shift);
        lines.add("slli %s, %s, %d".formatted(register, register, shift));
        if (low != 0) {
            lines.add("addi %s, %s, %d".formatted(register, register, low));
        }
    }
}

package dev.retrovisor.machine.isa;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares an instruction on the static method that is its meaning.
 *
 * <p>The method's parameters are the operands that it reads, by name: {@code rs1}, {@code rs2} (integer registers),
 * {@code fs1}, {@code fs2}, {@code fs3} (floating-point registers, raw 64 bits), {@code imm} (any immediate, shift
 * amount or CSR number), {@code zimm} (the five bits in the place of rs1), {@code pc}, {@code rm} (the rounding mode,
 * resolved), {@code flags} (the exception flags to raise). Its result goes to {@code rd} or {@code fd}. Other shapes:
 *
 * <ul>
 *   <li>a {@code boolean} result: a branch, taken to {@code pc + imm} if true;
 *   <li>a parameter {@code loaded}: the value at {@code rs1 + imm}, whose width is the parameter's type; with a register
 *       operand beside it an atomic memory operation: the result is stored, {@code loaded} goes to {@code rd}
 *       (sign-extended);
 *   <li>an encoding without destination and an operand {@code imm(rs1)}: a store of the result, whose type is the width;
 *   <li>{@link Jump}: the result is the new pc, the address behind the instruction goes to {@code rd};
 *   <li>a parameter {@code hart}: an instruction that works on more than its operands. It may trap or move pc.
 * </ul>
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@interface Insn {
    /** The encoding as the manual prints it, most significant bit first; {@code imm[a:b|c]} names scattered bits. */
    String bits();

    /** Assembly syntax: the mnemonic, then the operands by the names in {@link #bits}. */
    String asm();
}

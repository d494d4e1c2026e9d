package dev.retrovisor.machine.translator.x86;

import static dev.retrovisor.machine.translator.x86.X86Assembler.R10;
import static dev.retrovisor.machine.translator.x86.X86Assembler.R11;
import static dev.retrovisor.machine.translator.x86.X86Assembler.R12;
import static dev.retrovisor.machine.translator.x86.X86Assembler.R13;
import static dev.retrovisor.machine.translator.x86.X86Assembler.R14;
import static dev.retrovisor.machine.translator.x86.X86Assembler.R15;
import static dev.retrovisor.machine.translator.x86.X86Assembler.R8;
import static dev.retrovisor.machine.translator.x86.X86Assembler.R9;
import static dev.retrovisor.machine.translator.x86.X86Assembler.RBP;
import static dev.retrovisor.machine.translator.x86.X86Assembler.RBX;
import static dev.retrovisor.machine.translator.x86.X86Assembler.RDI;
import static dev.retrovisor.machine.translator.x86.X86Assembler.RSI;

import dev.retrovisor.machine.hart.HartState;

/**
 * Where host code keeps what of the hart:
 *
 * <pre>
 * rax rcx rdx   scratch, within one guest instruction
 * rbp           the hart's state + 128, so that the integer registers are in reach of a short displacement
 * r14           the hart's TLB for loads and stores
 * r15           steps left, less those of the block being executed
 * rbx rsi rdi r8 to r13   x8, x11, x10, x12 to x15, x9, x2: the guest's busiest registers, in all blocks alike
 * xmm0 to xmm2  scratch
 * </pre>
 */
final class GuestState {
    static final int TLB = R14;
    static final int BUDGET = R15;
    private static final int BASE = RBP;

    /** The state's address plus this is in {@link #BASE}. */
    static final int BIAS = 128;

    private static final int NONE = -1;
    private static final int[] HOST = new int[32];

    static {
        java.util.Arrays.fill(HOST, NONE);
        HOST[2] = R13;
        HOST[8] = RBX;
        HOST[9] = R12;
        HOST[10] = RDI;
        HOST[11] = RSI;
        HOST[12] = R8;
        HOST[13] = R9;
        HOST[14] = R10;
        HOST[15] = R11;
    }

    private GuestState() {}

    /** The host register that holds an integer register, or a negative number. */
    static int host(int guest) {
        return guest < HOST.length ? HOST[guest] : NONE;
    }

    /** An integer register as an operand: a host register, or its place in the state. */
    static long integer(int guest) {
        int host = host(guest);
        return host >= 0 ? host : field(HartState.X + guest * 8);
    }

    /** A register by its slot in the state, as {@code Decoder} has it. */
    static long slot(int slot) {
        return field(slot * 8);
    }

    /** A field of {@code HartState}, at an index in bytes that a register holds. */
    static long indexed(int index, int offset) {
        return X86Assembler.memory(BASE, index, offset - BIAS);
    }

    /** A field of {@code HartState}. */
    static long field(int offset) {
        return X86Assembler.memory(BASE, offset - BIAS);
    }
}

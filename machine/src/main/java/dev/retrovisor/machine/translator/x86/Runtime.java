package dev.retrovisor.machine.translator.x86;

import static dev.retrovisor.machine.translator.x86.X86Assembler.*;

import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.translator.JumpCache;
import dev.retrovisor.machine.translator.Translator;

/** The host code that all blocks share: the way in, and the ways out. */
final class Runtime {
    /** All exceptions masked, none raised: what a C program starts with. */
    static final int MXCSR_MASKED = 0x1F80;

    private static final int PRIVILEGES = 4;

    private static final int MXCSR_ROUNDING_SHIFT = 13;

    /** MXCSR's number, two bits each, for the rounding modes to nearest, toward zero, down and up. */
    private static final int ROUNDING_MODES = 0b10_01_11_00;

    private static final int LARGEST_ROUNDING_MODE = 3;
    private static final int MSTATUS_FS = 3 << 13;

    private static final int MXCSR_EXCEPTIONS = 0x3F;

    /** Bit numbers in MXCSR and fflags: NV, DZ, OF, UF, NX; a denormal operand, bit 1, is none of RISC-V's. */
    private static final int[][] EXCEPTIONS = {{0, 4}, {2, 3}, {3, 2}, {4, 1}, {5, 0}};

    private final X86Assembler a;
    private long exitAddress;
    private long lookUpAddress;
    private final long[] lookUpSecondAddresses = new long[PRIVILEGES];
    private long setUpFloatAddress;

    Runtime(X86Assembler assembler) {
        a = assembler;
    }

    /** Writes it; it will be executed at {@code address}, which is also that of the way in. */
    void write(long address) {
        a.clear();
        enter();
        exitAddress = address + a.length();
        exit();
        lookUpAddress = address + a.length();
        a.store(GuestState.field(HartState.PC), RAX);
        a.moveImmediate(RAX, Translator.LOOK_UP);
        a.patch(a.jump(), (int) (exitAddress - address));
        for (int privilege = 0; privilege < PRIVILEGES; privilege++) {
            lookUpSecondAddresses[privilege] = address + a.length();
            lookUpSecond(privilege, address);
        }
        setUpFloatAddress = address + a.length();
        setUpFloat(address);
    }

    /** Leaves: eax is the exit's number. */
    long exitAddress() {
        return exitAddress;
    }

    /** Leaves to look up the virtual address in rax. */
    long lookUpAddress() {
        return lookUpAddress;
    }

    /**
     * Goes on at the host address of guest code in rax, whose page is {@code CODE_PAGE}, if the second table of the jump
     * cache has it; else leaves to look it up.
     */
    long lookUpSecondAddress(int privilege) {
        return lookUpSecondAddresses[privilege];
    }

    /**
     * Called with an exit's number in eax: leaves by it unless mstatus.FS is dirty and the rounding mode one that MXCSR
     * has; else MXCSR is the guest's on return. Clobbers rcx and rdx.
     */
    long setUpFloatAddress() {
        return setUpFloatAddress;
    }

    private void lookUpSecond(int privilege, long address) {
        a.multiply32(RCX, RAX, JumpCache.HASH_FACTOR);
        a.shift32(SHR, RCX, JumpCache.HASH_SHIFT);
        a.aluImmediate32(AND, RCX, JumpCache.OFFSET_MASK);
        a.alu(ADD, RCX, GuestState.field(HartState.JUMP_CACHE));
        int table = privilege * JumpCache.TABLE_BYTES + JumpCache.SECOND;
        a.alu(CMP, RAX, memory(RCX, table));
        int missing = a.jumpShort(NOT_EQUAL);
        a.jumpTo(memory(RCX, table + 8));
        a.bindShort(missing);
        a.aluImmediate32(AND, RAX, 4095);
        a.alu(OR, RAX, GuestState.field(HartState.CODE_PAGE));
        a.patch(a.jump(), (int) (lookUpAddress - address));
    }

    /** {@code int enter(long state, long code)} in C's convention on x86-64 Unix. */
    private void enter() {
        for (int register : X86Compiler.savedByCallee()) {
            a.push(register);
        }
        a.move(RAX, RSI);
        a.leaAddress(RBP, memory(RDI, GuestState.BIAS));
        a.move(GuestState.BUDGET, GuestState.field(HartState.BUDGET));
        a.move(GuestState.TLB, GuestState.field(HartState.DATA_TLB));
        for (int guest = 0; guest < 32; guest++) {
            if (GuestState.host(guest) >= 0) {
                a.move(GuestState.host(guest), GuestState.field(guest * 8));
            }
        }
        a.compareByte(GuestState.field(HartState.FLOAT_LIVE), 0);
        int dead = a.jumpShort(EQUAL);
        a.loadMxcsr(GuestState.field(HartState.MXCSR));
        a.bindShort(dead);
        a.jumpTo(RAX);
    }

    private void exit() {
        for (int guest = 0; guest < 32; guest++) {
            if (GuestState.host(guest) >= 0) {
                a.store(GuestState.field(guest * 8), GuestState.host(guest));
            }
        }
        a.store(GuestState.field(HartState.BUDGET), GuestState.BUDGET);
        a.compareByte(GuestState.field(HartState.FLOAT_LIVE), 0);
        int dead = a.jump(EQUAL);
        gatherFlags(a);
        a.loadMxcsr(GuestState.field(HartState.MXCSR_HOST));
        a.patch(dead, a.length());
        int[] saved = X86Compiler.savedByCallee();
        for (int i = saved.length - 1; i >= 0; i--) {
            a.pop(saved[i]);
        }
        a.ret();
    }

    /** Enters what MXCSR says was raised in fflags; clobbers rcx and rdx. */
    static void gatherFlags(X86Assembler a) {
        a.storeMxcsr(GuestState.field(HartState.MXCSR_RAISED));
        a.move32(RCX, GuestState.field(HartState.MXCSR_RAISED));
        a.aluImmediate32(AND, RCX, MXCSR_EXCEPTIONS);
        a.load(RDX, GuestState.indexed(RCX, HartState.FLOAT_FLAGS), 1, false);
        a.aluStore(OR, GuestState.field(HartState.FFLAGS), RDX);
    }

    /** For each value of MXCSR's lowest six bits, the exceptions that they mean as fflags has them. */
    static byte[] floatFlags() {
        var flags = new byte[MXCSR_EXCEPTIONS + 1];
        for (int raised = 0; raised < flags.length; raised++) {
            for (int[] bits : EXCEPTIONS) {
                flags[raised] |= (byte) ((raised >>> bits[0] & 1) << bits[1]);
            }
        }
        return flags;
    }

    private void setUpFloat(long address) {
        a.move(RCX, GuestState.field(HartState.MSTATUS));
        a.unary(NOT, RCX);
        a.testImmediate32(RCX, MSTATUS_FS);
        int off = a.jump(NOT_EQUAL);
        a.move(RCX, GuestState.field(HartState.FRM));
        a.aluImmediate(CMP, RCX, LARGEST_ROUNDING_MODE);
        int unknown = a.jump(ABOVE);
        a.shift32(SHL, RCX, 1);
        a.moveImmediate(RDX, ROUNDING_MODES);
        a.shiftx(SHR, RDX, RDX, RCX, false);
        a.aluImmediate32(AND, RDX, 3);
        a.shift32(SHL, RDX, MXCSR_ROUNDING_SHIFT);
        a.aluImmediate32(OR, RDX, MXCSR_MASKED);
        a.store(GuestState.field(HartState.MXCSR), RDX, 4);
        a.loadMxcsr(GuestState.field(HartState.MXCSR));
        a.storeImmediateByte(GuestState.field(HartState.FLOAT_LIVE), 1);
        a.ret();
        a.patch(off, a.length());
        a.patch(unknown, a.length());
        a.pop(RCX);
        a.patch(a.jump(), (int) (exitAddress - address));
    }
}

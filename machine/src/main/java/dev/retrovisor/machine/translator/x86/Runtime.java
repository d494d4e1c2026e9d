package dev.retrovisor.machine.translator.x86;

import static dev.retrovisor.machine.translator.x86.X86Assembler.*;

import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.translator.Translator;

/** The host code that all blocks share: the way in, and the ways out. */
final class Runtime {
    /** All exceptions masked, none raised: what a C program starts with. */
    static final int MXCSR_MASKED = 0x1F80;

    private static final int MXCSR_ROUNDING_SHIFT = 13;

    /** MXCSR's number, two bits each, for the rounding modes to nearest, toward zero, down and up. */
    private static final int ROUNDING_MODES = 0b10_01_11_00;

    private static final int LARGEST_ROUNDING_MODE = 3;
    private static final int MSTATUS_FS = 3 << 13;

    /** Invalid, divide by zero, overflow, underflow, precision; not denormal, which RISC-V lacks. */
    private static final int MXCSR_EXCEPTIONS = 0x3D;

    /** Bit numbers in MXCSR and fflags: NV, DZ, OF, UF, NX. */
    private static final int[][] EXCEPTIONS = {{0, 4}, {2, 3}, {3, 2}, {4, 1}, {5, 0}};

    private final X86Assembler a;
    private long exitAddress;
    private long lookUpAddress;
    private long lookUpInPageAddress;
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
        // rax is within the page that was just entered, as a host address.
        lookUpInPageAddress = address + a.length();
        a.aluImmediate32(AND, RAX, 4095);
        a.alu(OR, RAX, GuestState.field(HartState.CODE_PAGE));
        lookUpAddress = address + a.length();
        a.store(GuestState.field(HartState.PC), RAX);
        a.moveImmediate(RAX, Translator.LOOK_UP);
        a.patch(a.jump(), (int) (exitAddress - address));
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

    /** Leaves to look up the host address of guest code in rax, whose page is {@code CODE_PAGE}. */
    long lookUpInPageAddress() {
        return lookUpInPageAddress;
    }

    /**
     * Called with an exit's number in eax: leaves by it unless mstatus.FS is dirty and the rounding mode one that MXCSR
     * has; else MXCSR is the guest's on return. Clobbers rcx and rdx.
     */
    long setUpFloatAddress() {
        return setUpFloatAddress;
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
        a.storeMxcsr(GuestState.field(HartState.MXCSR_RAISED));
        a.loadMxcsr(GuestState.field(HartState.MXCSR_HOST));
        gatherFlags();
        a.patch(dead, a.length());
        int[] saved = X86Compiler.savedByCallee();
        for (int i = saved.length - 1; i >= 0; i--) {
            a.pop(saved[i]);
        }
        a.ret();
    }

    /** Enters what MXCSR says was raised in fflags; leaves eax alone. */
    private void gatherFlags() {
        a.move32(RCX, GuestState.field(HartState.MXCSR_RAISED));
        a.testImmediate32(RCX, MXCSR_EXCEPTIONS);
        int none = a.jump(EQUAL);
        for (int[] bits : EXCEPTIONS) {
            a.move32(RDX, RCX);
            a.shift32(SHR, RDX, bits[0]);
            a.aluImmediate32(AND, RDX, 1);
            a.shift32(SHL, RDX, bits[1]);
            a.aluStore(OR, GuestState.field(HartState.FFLAGS), RDX);
        }
        a.patch(none, a.length());
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

package dev.retrovisor.machine.translator.x86;

import static dev.retrovisor.machine.translator.x86.X86Assembler.*;

import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.translator.Translator;

/** The host code that all blocks share: the way in, and the ways out. */
final class Runtime {
    private final X86Assembler a;
    private long exitAddress;
    private long lookUpAddress;
    private long lookUpInPageAddress;

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
        a.jumpTo(RAX);
    }

    private void exit() {
        for (int guest = 0; guest < 32; guest++) {
            if (GuestState.host(guest) >= 0) {
                a.store(GuestState.field(guest * 8), GuestState.host(guest));
            }
        }
        a.store(GuestState.field(HartState.BUDGET), GuestState.BUDGET);
        int[] saved = X86Compiler.savedByCallee();
        for (int i = saved.length - 1; i >= 0; i--) {
            a.pop(saved[i]);
        }
        a.ret();
    }
}

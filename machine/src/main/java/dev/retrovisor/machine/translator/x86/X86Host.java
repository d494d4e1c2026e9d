package dev.retrovisor.machine.translator.x86;

import static dev.retrovisor.machine.translator.x86.X86Assembler.*;

import dev.retrovisor.machine.memory.HostLibrary;
import dev.retrovisor.machine.memory.OffHeap;
import dev.retrovisor.machine.translator.CodeMemory;
import dev.retrovisor.machine.translator.NativeEntry;
import java.nio.charset.StandardCharsets;

/** Whether this host can run what {@link X86Compiler} writes: x86-64 with what its level v3 has (BMI, LZCNT, POPCNT, FMA). */
public final class X86Host {
    /** Length of struct utsname on Linux: six texts. */
    private static final int UTSNAME_TEXT_BYTES = 65;

    private static final int UTSNAME_BYTES = 6 * UTSNAME_TEXT_BYTES;

    private static final int MACHINE_TEXT = 4;

    // CPUID: leaf 1 ecx, leaf 7 ebx, leaf 0x80000001 ecx.
    private static final int FMA = 1 << 12;
    private static final int POPCNT = 1 << 23;
    private static final int OSXSAVE = 1 << 27;
    private static final int BMI = 1 << 3 | 1 << 8;
    private static final int LZCNT = 1 << 5;

    /** The operating system keeps xmm and ymm registers. */
    private static final int XMM_AND_YMM = 6;

    private X86Host() {}

    /** @throws UnsupportedOperationException if this is no x86-64, with the reason */
    public static void requireArchitecture() {
        var machine = new byte[UTSNAME_TEXT_BYTES];
        long names = OffHeap.allocate(UTSNAME_BYTES);
        try {
            if ((int) HostLibrary.call("uname", names) == 0) {
                OffHeap.copyOut(names + MACHINE_TEXT * UTSNAME_TEXT_BYTES, machine, 0, UTSNAME_TEXT_BYTES);
            }
        } finally {
            OffHeap.free(names, UTSNAME_BYTES);
        }
        // The last byte is always 0.
        int length = 0;
        while (machine[length] != 0) {
            length++;
        }
        String name = new String(machine, 0, length, StandardCharsets.US_ASCII);
        if (!name.equals("x86_64")) {
            throw new UnsupportedOperationException("it writes code for x86-64, and this host is " + name);
        }
    }

    /**
     * @param memory to run a few instructions in; left empty
     * @throws UnsupportedOperationException if the processor lacks something, with the reason
     */
    public static void requireFeatures(CodeMemory memory) {
        long results = OffHeap.allocate(64);
        try {
            var a = new X86Assembler();
            a.push(RBX);
            cpuid(a, 1);
            a.store(memory(RDI, 0), RCX);
            cpuid(a, 7);
            a.store(memory(RDI, 8), RBX);
            cpuid(a, 0x8000_0001L);
            a.store(memory(RDI, 16), RCX);
            a.pop(RBX);
            a.ret();
            run(memory, a, results);
            boolean complete =
                    has(results, FMA | POPCNT | OSXSAVE) && has(results + 8, BMI) && has(results + 16, LZCNT);
            if (complete) {
                a.clear();
                a.moveImmediate(RCX, 0);
                a.xgetbv();
                a.store(memory(RDI, 0), RAX);
                a.ret();
                run(memory, a, results);
                complete = has(results, XMM_AND_YMM);
            }
            if (!complete) {
                throw new UnsupportedOperationException(
                        "it needs a processor of the level x86-64-v3 (BMI, LZCNT, POPCNT, FMA)");
            }
        } finally {
            OffHeap.free(results, 64);
        }
    }

    private static void cpuid(X86Assembler a, long leaf) {
        a.moveImmediate(RAX, leaf);
        a.moveImmediate(RCX, 0);
        a.cpuid();
    }

    private static void run(CodeMemory memory, X86Assembler a, long argument) {
        long start = memory.end();
        memory.append(a.bytes(), a.length());
        new NativeEntry(start).enter(argument, 0);
        memory.truncate(0);
    }

    private static boolean has(long address, int bits) {
        return (OffHeap.getInt(address) & bits) == bits;
    }
}

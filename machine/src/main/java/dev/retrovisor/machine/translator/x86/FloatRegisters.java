package dev.retrovisor.machine.translator.x86;

import static dev.retrovisor.machine.translator.x86.X86Assembler.*;

import java.util.Arrays;

/**
 * Which floating-point registers of the guest lie in xmm registers too, from one instruction of a block to the next. The
 * state always holds them: what is here saves loads, and may be forgotten at any time.
 */
final class FloatRegisters {
    private static final int FIRST = 3;
    private static final int COUNT = 13;
    private static final int NONE = -1;

    private final X86Assembler a;

    /** For each xmm register the slot of the guest's, and whether only the low half is there: a boxed single. */
    private final int[] slots = new int[FIRST + COUNT];

    private final boolean[] isSingle = new boolean[FIRST + COUNT];
    private int next = FIRST;

    /** A bit for each xmm register that the instruction at hand uses: those stay. */
    private int pinned;

    FloatRegisters(X86Assembler assembler) {
        a = assembler;
    }

    void forgetAll() {
        Arrays.fill(slots, NONE);
    }

    /** What earlier instructions used may be given up again. */
    void beginInstruction() {
        pinned = 0;
    }

    /** The xmm register with the 64 bits of a register, loaded if need be. */
    int asDouble(int slot) {
        int found = find(slot);
        if (found >= 0 && !isSingle[found]) {
            return found;
        }
        int xmm = found >= 0 ? found : claim(slot);
        isSingle[xmm] = false;
        a.fpLoad(DOUBLE, xmm, GuestState.slot(slot));
        return xmm;
    }

    /** The xmm register with the low 32 bits of a register that holds a boxed single, loaded if need be. */
    int asSingle(int slot) {
        int found = find(slot);
        if (found >= 0) {
            return found;
        }
        int xmm = claim(slot);
        isSingle[xmm] = true;
        a.fpLoad(SINGLE, xmm, GuestState.slot(slot));
        return xmm;
    }

    /** Whether a register is known to hold a boxed single. */
    boolean isBoxed(int slot) {
        int found = find(slot);
        return found >= 0 && isSingle[found];
    }

    /** The xmm register to compute a new value in; what the guest's register held is forgotten. */
    int define(int slot, boolean single) {
        int found = find(slot);
        int xmm = found >= 0 ? found : claim(slot);
        isSingle[xmm] = single;
        return xmm;
    }

    /** Forgets a register that is written elsewhere. */
    void forget(int slot) {
        int found = find(slot);
        if (found >= 0) {
            slots[found] = NONE;
        }
    }

    /** Code that loads what is here now from the state, for when host code was left in between. */
    Runnable restore() {
        int[] held = slots.clone();
        boolean[] singles = isSingle.clone();
        return () -> {
            for (int xmm = FIRST; xmm < held.length; xmm++) {
                if (held[xmm] != NONE) {
                    a.fpLoad(singles[xmm] ? SINGLE : DOUBLE, xmm, GuestState.slot(held[xmm]));
                }
            }
        };
    }

    boolean isEmpty() {
        for (int xmm = FIRST; xmm < slots.length; xmm++) {
            if (slots[xmm] != NONE) {
                return false;
            }
        }
        return true;
    }

    private int find(int slot) {
        for (int xmm = FIRST; xmm < slots.length; xmm++) {
            if (slots[xmm] == slot) {
                pinned |= 1 << xmm;
                return xmm;
            }
        }
        return NONE;
    }

    private int claim(int slot) {
        int xmm = free();
        slots[xmm] = slot;
        isSingle[xmm] = false;
        pinned |= 1 << xmm;
        return xmm;
    }

    private int free() {
        for (int xmm = FIRST; xmm < slots.length; xmm++) {
            if (slots[xmm] == NONE) {
                return xmm;
            }
        }
        while ((pinned >>> next & 1) != 0) {
            next = next + 1 == slots.length ? FIRST : next + 1;
        }
        int xmm = next;
        next = next + 1 == slots.length ? FIRST : next + 1;
        return xmm;
    }
}

package dev.retrovisor.machine.interpreter;

import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.hart.Mstatus;
import dev.retrovisor.machine.isa.Decoder;
import dev.retrovisor.machine.isa.Ops;

/**
 * What a hart would do: integer instructions, by the same rows as the interpreter's, on registers and memory that are the
 * caller's. It takes no steps, knows no interrupts, traps or CSRs, and can't touch a machine; whoever lends it a
 * machine's memory for reading keeps what it writes to himself. May be used again and again; allocates nothing then.
 *
 * <p>Of the CSRs it has one of its own, sstatus, in which kernels switch interrupts off and on around a few instructions.
 */
public final class Fork {
    /** No address of an instruction: it is odd. */
    static final long UNSUPPORTED = 1;

    /** A guide's answer: go no further. */
    public static final long STOP = 3;

    private static final int CACHED = 4096;
    private static final int CACHE_SHIFT = 32 - 12;
    private static final int SSTATUS = 0x100;

    /** Memory by virtual address. Each method may throw what it likes to end the run. */
    public interface Memory {
        /** The instruction at an address: 32 bits, of which the upper half is ignored if the lower says so. */
        int fetch(long virtualAddress);

        /** Loads 1, 2, 4 or 8 bytes; bits above them are ignored. */
        long load(long virtualAddress, int sizeBytes);

        /** Stores the low 1, 2, 4 or 8 bytes of {@code value}. */
        void store(long virtualAddress, int sizeBytes, long value);
    }

    /** Looks at each instruction before it is fetched. */
    @FunctionalInterface
    public interface Guide {
        /** Where to go on: {@code pc} itself, elsewhere, or {@link #STOP}. */
        long next(long pc);
    }

    /** How a run ended; pc and registers are those before the instruction that was not made. */
    public enum End {
        /** The guide said so. */
        STOPPED,
        /** After as many instructions as were allowed. */
        LIMIT,
        /** Before an instruction that is illegal, floating-point, a CSR access or otherwise of the whole hart. */
        UNSUPPORTED
    }

    private final Memory memory;

    /** Slots as {@link Decoder} numbers them: x0 to x31, and far behind them the one that x0 is written to. */
    private final long[] x = new long[HartState.SINK_SLOT + 1];

    /** Instructions decoded before, and what they were: decoding looks at their bits alone. */
    private final int[] cachedBits = new int[CACHED];

    private final long[] cached = new long[CACHED];
    private long pc;
    private long status;

    public Fork(Memory memory) {
        this.memory = memory;
    }

    /** Takes over a hart's integer registers, and starts elsewhere. */
    public void begin(HartState state, long startPc) {
        for (int i = 1; i < 32; i++) {
            x[i] = state.x(i);
        }
        pc = startPc;
        long machineStatus = state.get(HartState.MSTATUS);
        boolean isDirty = (machineStatus & Mstatus.FS) == Mstatus.FS;
        status = machineStatus & Mstatus.SUPERVISOR | Mstatus.UXL | (isDirty ? Mstatus.SD : 0);
    }

    /** Address of the next instruction. */
    public long pc() {
        return pc;
    }

    /** Integer register 0 to 31. */
    public long x(int number) {
        return x[number];
    }

    /** Goes on for at most {@code most} instructions. What the memory throws comes through. */
    public End run(Guide guide, int most) {
        for (int made = 0; made < most; made++) {
            long here = guide.next(pc);
            if (here == STOP) {
                return End.STOPPED;
            }
            pc = here;
            long instruction = decoded(memory.fetch(here));
            long next = ForkSwitch.execute(memory, x, here, instruction);
            if (next == UNSUPPORTED) {
                if (!executeOnStatus(instruction)) {
                    return End.UNSUPPORTED;
                }
                next = here + Decoder.lengthBytes(instruction);
            }
            pc = next;
        }
        return guide.next(pc) == STOP ? End.STOPPED : End.LIMIT;
    }

    /** Reads sstatus, or switches interrupts in it; false for whatever else. */
    private boolean executeOnStatus(long i) {
        int first = (int) (i >>> Decoder.RS1_SHIFT) & 127;
        boolean isSet;
        long mask;
        switch ((int) i & 0x3FF) {
            case Ops.CSRRS, Ops.CSRRC -> {
                isSet = ((int) i & 0x3FF) == Ops.CSRRS;
                mask = x[first];
            }
            case Ops.CSRRSI, Ops.CSRRCI -> {
                isSet = ((int) i & 0x3FF) == Ops.CSRRSI;
                mask = first;
            }
            default -> {
                return false;
            }
        }
        if ((i >> 32 & 0xFFF) != SSTATUS || (mask & ~Mstatus.SIE) != 0) {
            return false;
        }
        x[(int) (i >>> Decoder.RD_SHIFT) & 127] = status;
        status = isSet ? status | mask : status & ~mask;
        return true;
    }

    private long decoded(int bits) {
        int slot = bits * 0x9E37_79B1 >>> CACHE_SHIFT;
        // A slot never used holds zero bits, which are decoded each time: they are illegal and end the run.
        if (cachedBits[slot] != bits || bits == 0) {
            cachedBits[slot] = bits;
            cached[slot] = Decoder.decode(bits);
        }
        return cached[slot];
    }
}

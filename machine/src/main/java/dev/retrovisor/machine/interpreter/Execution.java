package dev.retrovisor.machine.interpreter;

import dev.retrovisor.machine.fpu.FpFlags;
import dev.retrovisor.machine.hart.Hart;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.hart.Mmu;
import dev.retrovisor.machine.hart.Tlb;
import dev.retrovisor.machine.isa.Decoder;
import dev.retrovisor.machine.isa.Ops;
import dev.retrovisor.machine.memory.OffHeap;
import dev.retrovisor.machine.memory.Ram;
import dev.retrovisor.machine.probe.PcProbes;
import dev.retrovisor.machine.time.Clock;
import java.util.Arrays;

/** What the interpreter's loop needs of the machine while it runs one hart: everything off its fast path. */
final class Execution {
    /** mstatus.FS, both bits; zero: floating point is off. */
    private static final long FLOAT_STATUS = 3L << 13;

    private static final int DYNAMIC_ROUNDING = 7;
    private static final int LARGEST_ROUNDING = 4;

    /** The slots of a page that physical memory protection divides: each instruction is fetched and checked by itself. */
    private static final long[] EACH_FETCHED = new long[CodePage.SLOTS];

    /** Slots that end the run where it stands. */
    private static final long[] LEAVING = new long[CodePage.SLOTS];

    static {
        Arrays.fill(EACH_FETCHED, Ops.CROSSING);
        Arrays.fill(LEAVING, Ops.LEAVE);
    }

    private final Hart hart;
    private final HartState state;
    private final Mmu mmu;
    private final Ram ram;
    private final Clock clock;
    private final DecodedCode code;
    private final PcProbes probes;
    private final FpFlags flags = new FpFlags();

    private long budget;
    private long firstStep;
    private long firstHartStep;

    // The page last entered, for decoding into.
    private CodePage current;

    Execution(Hart hart, Ram ram, Clock clock, DecodedCode code, PcProbes probes) {
        this.probes = probes;
        this.hart = hart;
        this.state = hart.state();
        this.mmu = hart.mmu();
        this.ram = ram;
        this.clock = clock;
        this.code = code;
    }

    /** Prepares a run of at most {@code steps} steps. */
    void begin(long steps) {
        budget = steps;
        firstStep = clock.steps();
        firstHartStep = state.get(HartState.STEPS);
    }

    Hart hart() {
        return hart;
    }

    Mmu mmu() {
        return mmu;
    }

    /** Steps to make in this run. */
    long budget() {
        return budget;
    }

    /** Writes pc and the step counts back from the loop's variables, for whoever is called next. */
    void sync(long page, int index, long budgetLeft) {
        long made = budget - budgetLeft;
        state.setPc(page + ((long) index << 1));
        state.set(HartState.STEPS, firstHartStep + made);
        clock.setSteps(firstStep + made);
    }

    /** The decoded slots of the page at a virtual address, or the trap that fetching from it means. */
    long[] enter(long page, int index, long budgetLeft) {
        if (hart.isStopRequested()) {
            return LEAVING; // by a probe on the fetch of the instruction before
        }
        long entry = state.get(HartState.FETCH_TLB) + (page >>> 7 & (Tlb.ENTRIES - 1L) * Tlb.ENTRY_BYTES);
        long physicalAddress;
        if (OffHeap.getLong(entry + Tlb.FETCH_TAG) == page) {
            physicalAddress = ram.physicalAddress(page + OffHeap.getLong(entry + Tlb.ADDEND));
        } else {
            sync(page, index, budgetLeft);
            probes.reach(hart.index(), state.pc());
            if (hart.isStopRequested()) {
                return LEAVING;
            }
            physicalAddress = mmu.fetchAddress(state.pc());
            if (hart.isStopRequested()) {
                long[] once = LEAVING.clone();
                once[index] = Decoder.decode(mmu.fetch(state.pc()));
                return once;
            }
            if (!mmu.isProtectedAsOne(physicalAddress)) {
                return EACH_FETCHED;
            }
        }
        current = code.page(ram.pageOf(physicalAddress));
        return current.slots();
    }

    /** Decodes the instruction at a slot of the page last entered, and keeps it there. */
    long decode(long[] slots, long page, int index, long budgetLeft) {
        sync(page, index, budgetLeft);
        if (current.slots() != slots || code.page(current.page()) != current) {
            // The page was released while the loop held its slots.
            return Ops.ENTER;
        }
        current.forgetDrops();
        slots[index] = code.isProbed(current.page(), 2 * index) ? Ops.PROBED : decodeHere(index);
        return slots[index];
    }

    /** Decodes the instruction at a slot of the page last entered. */
    private long decodeHere(int index) {
        long address = Ram.BASE + ((long) current.page() << Ram.PAGE_SHIFT) + 2L * index;
        int bits = ram.readShort(address);
        if ((bits & 3) != 3) {
            return Decoder.decode(bits);
        }
        return index == CodePage.SLOTS - 1 ? Ops.CROSSING : Decoder.decode(ram.readInt(address));
    }

    /** Calls the probes on an instruction; returns it, decoded, or how to stop before it. */
    long probe(long page, int index, long budgetLeft) {
        sync(page, index, budgetLeft);
        probes.reach(hart.index(), state.pc());
        return hart.isStopRequested() ? Ops.LEAVE : decodeHere(index);
    }

    /** The slots to go on in: none, if a stop is requested. */
    long[] unlessStopped(long[] slots) {
        return hart.isStopRequested() ? LEAVING : slots;
    }

    /** Decodes an instruction that lies in two pages; never kept, since the second page may change alone. */
    long decodeCrossing(long page, int index, long budgetLeft) {
        sync(page, index, budgetLeft);
        probes.reach(hart.index(), state.pc());
        return hart.isStopRequested() ? Ops.LEAVE : Decoder.decode(mmu.fetch(state.pc()));
    }

    /** Traps if floating point is off; enters it as changed if {@code writes}. */
    void requireFloat(boolean writes, long page, int index, long budgetLeft) {
        long mstatus = state.get(HartState.MSTATUS);
        if ((mstatus & FLOAT_STATUS) == 0) {
            sync(page, index, budgetLeft);
            throw hart.illegalInstruction();
        }
        if (writes) {
            state.set(HartState.MSTATUS, mstatus | FLOAT_STATUS);
        }
    }

    /** Executes a floating-point instruction other than a load or store. */
    void executeFloat(long packed, long page, int index, long budgetLeft) {
        sync(page, index, budgetLeft);
        executeFloatHere(packed);
    }

    private void executeFloatHere(long packed) {
        if ((state.get(HartState.MSTATUS) & FLOAT_STATUS) == 0) {
            throw hart.illegalInstruction();
        }
        flags.raised = (int) state.get(HartState.FFLAGS);
        if (FloatSwitch.execute(this, state.address(), packed, flags)) {
            state.set(HartState.FFLAGS, flags.raised);
            state.set(HartState.MSTATUS, state.get(HartState.MSTATUS) | FLOAT_STATUS);
        }
    }

    /** Executes one floating-point or system instruction at which the state stands, and moves pc on. */
    void execute(long packed) {
        long next = hart.pc() + Decoder.lengthBytes(packed);
        if (Decoder.op(packed) < Ops.FIRST_SYSTEM) {
            executeFloatHere(packed);
        } else {
            hart.setNextPc(next);
            SystemSwitch.execute(hart, state.address(), packed);
            next = hart.nextPc();
        }
        state.setPc(next);
    }

    /** The rounding mode of an instruction, or a trap if it names none. */
    int roundingMode(long packed) {
        int mode = (int) (packed >>> Decoder.IMMEDIATE_SHIFT) & 7;
        if (mode == DYNAMIC_ROUNDING) {
            mode = (int) state.get(HartState.FRM);
        }
        if (mode > LARGEST_ROUNDING) {
            throw hart.illegalInstruction();
        }
        return mode;
    }
}

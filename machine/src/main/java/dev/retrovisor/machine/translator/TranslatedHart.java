package dev.retrovisor.machine.translator;

import dev.retrovisor.machine.hart.Hart;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.hart.Mmu;
import dev.retrovisor.machine.hart.Tlb;
import dev.retrovisor.machine.hart.Trap;
import dev.retrovisor.machine.interpreter.Interpreter;
import dev.retrovisor.machine.isa.Decoder;
import dev.retrovisor.machine.isa.Ops;
import dev.retrovisor.machine.memory.OffHeap;
import dev.retrovisor.machine.memory.Ram;
import dev.retrovisor.machine.probe.PcProbes;
import dev.retrovisor.machine.state.PageSpace;
import dev.retrovisor.machine.time.Clock;

/** One hart's run in host code: enters it, does what its exits ask for, enters it again. */
final class TranslatedHart {
    private static final long NOT_KEPT = 0;

    private final Hart hart;
    private final int number;
    private final HartState state;
    private final Mmu mmu;
    private final Ram ram;
    private final Clock clock;
    private final Interpreter interpreter;
    private final BlockCache blocks;
    private final NativeEntry entry;
    private final PcProbes probes;
    private final TranslatorStatistics statistics;

    // Steps of the clock and of the hart when nothing is left of the budget.
    private long lastStep;
    private long lastHartStep;

    TranslatedHart(
            Hart hart,
            Ram ram,
            Clock clock,
            Interpreter interpreter,
            BlockCache blocks,
            NativeEntry entry,
            PcProbes probes,
            TranslatorStatistics statistics) {
        this.hart = hart;
        this.number = hart.index();
        this.state = hart.state();
        this.mmu = hart.mmu();
        this.ram = ram;
        this.clock = clock;
        this.interpreter = interpreter;
        this.blocks = blocks;
        this.entry = entry;
        this.probes = probes;
        this.statistics = statistics;
    }

    /** Makes {@code steps} steps; fewer only if the hart requests a stop. */
    void run(long steps) {
        lastStep = clock.steps() + steps;
        lastHartStep = state.get(HartState.STEPS) + steps;
        hart.foretellTime(steps);
        state.set(HartState.PAUSED_LEFT, -1);
        makeSteps(steps);
        if (state.get(HartState.PAUSED_LEFT) >= 0) {
            hart.notePause(lastStep - state.get(HartState.PAUSED_LEFT));
        }
    }

    private void makeSteps(long steps) {
        long left = steps;
        while (left > 0 && !hart.isStopRequested()) {
            if (hart.isInterruptDue()) {
                statistics.interrupts++;
                hart.takeInterrupt();
                left--;
                sync(left);
                continue;
            }
            if (probes.any() && stopsBeforeFetch()) {
                return;
            }
            long code;
            try {
                code = find();
            } catch (Trap trap) {
                left = enterTrap(trap, left);
                continue;
            }
            if (hart.isStopRequested()) {
                left = finishStep();
            } else if (code == NOT_KEPT) {
                left = interpret(1);
            } else {
                state.set(HartState.BUDGET, left);
                left = execute(code);
            }
        }
    }

    /** Writes the step counts back: {@code left} steps are still to be made. */
    private void sync(long left) {
        state.set(HartState.STEPS, lastHartStep - left);
        clock.setSteps(lastStep - left);
    }

    /** Lets the interpreter make some steps from the state's pc; returns what is left then. */
    private long interpret(long steps) {
        interpreter.run(number, steps);
        return lastStep - clock.steps();
    }

    /** Lets the interpreter make the instruction, given decoded, at which the state stands; returns what is left then. */
    private long interpret(long instruction, long left) {
        int op = Decoder.op(instruction);
        statistics.interpreted[op]++;
        if (op < Ops.FIRST_FLOAT) {
            return interpret(1);
        }
        try {
            interpreter.execute(number, instruction);
        } catch (Trap trap) {
            return enterTrap(trap, left);
        }
        sync(left - 1);
        return left - 1;
    }

    private long enterTrap(Trap trap, long left) {
        hart.enterTrap(trap.cause(), trap.value(), state.pc());
        sync(left - 1);
        return left - 1;
    }

    /**
     * Calls probes on the pc where fetching may leave a trace in page tables, which a stop must not show; all other places
     * are the code's. Whether the run ends here.
     */
    private boolean stopsBeforeFetch() {
        long pc = state.pc();
        if ((pc & ~Tlb.PAGE_MASK) == BlockCache.LAST_OFFSET || !hasFetchTag(pc & Tlb.PAGE_MASK)) {
            probes.reach(number, pc);
        }
        return hart.isStopRequested();
    }

    private boolean hasFetchTag(long page) {
        return OffHeap.getLong(fetchEntry(page) + Tlb.FETCH_TAG) == page;
    }

    /** Makes the step whose fetch made a probe ask for a stop; returns what is left then. */
    private long finishStep() {
        hart.takeRequests();
        long left = interpret(1);
        hart.requestStop();
        return left;
    }

    /** Host code for the state's pc, or {@link #NOT_KEPT} for a page of which none is kept; or the trap of the fetch. */
    private long find() {
        long pc = state.pc();
        long page = pc & Tlb.PAGE_MASK;
        long entryAddress = fetchEntry(page);
        if (OffHeap.getLong(entryAddress + Tlb.FETCH_TAG) != page) {
            mmu.fetchAddress(pc);
            if (OffHeap.getLong(entryAddress + Tlb.FETCH_TAG) != page) {
                return NOT_KEPT;
            }
        }
        state.set(HartState.CODE_PAGE, page);
        long addend = OffHeap.getLong(entryAddress + Tlb.ADDEND);
        long known = blocks.jumps().get(hart.privilege(), pc + addend);
        if (known != 0) {
            return known;
        }
        long physicalPage = ram.physicalAddress(page + addend);
        return blocks.find(ram.pageOf(physicalPage), (int) (pc - page), hart.privilege(), this::nextPage)
                .code();
    }

    /** The page of RAM behind the one being executed, if code may be kept of it. */
    private int nextPage() {
        long page = state.get(HartState.CODE_PAGE) + PageSpace.PAGE_BYTES;
        try {
            mmu.fetchAddress(page);
        } catch (Trap _) {
            return Block.NO_PAGE;
        }
        return hasFetchTag(page)
                ? ram.pageOf(ram.physicalAddress(page + OffHeap.getLong(fetchEntry(page) + Tlb.ADDEND)))
                : Block.NO_PAGE;
    }

    private long fetchEntry(long page) {
        return state.get(HartState.FETCH_TLB) + (page >>> 7 & (Tlb.ENTRIES - 1L) * Tlb.ENTRY_BYTES);
    }

    /** Runs host code and serves its exits as long as it can go on where it left; returns the steps left. */
    private long execute(long code) {
        long at = code;
        state.set(HartState.FLOAT_LIVE, 0);
        while (true) {
            statistics.entries++;
            int exit = entry.enter(state.address(), at);
            long left = state.get(HartState.BUDGET);
            if (exit == Translator.LOOK_UP) {
                statistics.lookups++;
                sync(left);
                return left;
            }
            Block block = blocks.byNumber(Block.blockNumber(exit));
            left += block.refund(exit);
            switch (block.exitKind(exit)) {
                case BUDGET -> {
                    statistics.budgetEnds++;
                    stand(block.offset(), left);
                    return interpret(left);
                }
                case LINK -> {
                    statistics.links++;
                    return follow(block, block.link(exit), left);
                }
                case CHECK -> {
                    stand(block.exitOffset(exit), left);
                    return left;
                }
                case PROBE -> {
                    stand(block.exitOffset(exit), left);
                    if (left == 0) {
                        return 0;
                    }
                    statistics.probes++;
                    probes.reach(number, state.pc());
                    if (!canResume(block)) {
                        return left;
                    }
                    at = block.resumeAddress(exit);
                }
                case INTERPRET -> {
                    stand(block.exitOffset(exit), left);
                    if (left == 0) {
                        return 0;
                    }
                    return interpret(block.exitInstruction(exit), left);
                }
                case MEMORY -> {
                    statistics.memoryExits++;
                    stand(block.exitOffset(exit), left);
                    long instruction = block.exitInstruction(exit);
                    try {
                        access(instruction);
                    } catch (Trap trap) {
                        return enterTrap(trap, left);
                    }
                    if (!canResume(block)) {
                        state.setPc(state.pc() + Decoder.lengthBytes(instruction));
                        sync(left - 1);
                        return left - 1;
                    }
                    at = block.resumeAddress(exit);
                }
            }
        }
    }

    /** The access may have changed code, mappings or deadlines. */
    private boolean canResume(Block block) {
        return block.isLive() && !hart.isStopRequested() && hasFetchTag(state.get(HartState.CODE_PAGE));
    }

    /** Lets the state stand at an instruction of the page that is being executed. */
    private void stand(int offset, long left) {
        state.setPc(state.get(HartState.CODE_PAGE) + offset);
        sync(left);
    }

    /** Goes on where a jump that is not linked yet leads, and links it; returns the steps left. */
    private long follow(Block block, Block.Link link, long left) {
        stand(link.targetOffset, left);
        if (left == 0 || probes.any() && stopsBeforeFetch()) {
            return left; // fetching from a page leaves a trace in its table entry: not before its step
        }
        Block target = blocks.find(block.page(), link.targetOffset, block.privilege(), this::nextPage);
        if (block.isLive()) {
            blocks.link(link, target);
        }
        return hart.isStopRequested() ? finishStep() : left;
    }

    /** Makes the load or store of an instruction at which the state stands, or throws its trap. */
    private void access(long instruction) {
        long address = OffHeap.getLong(state.address() + (instruction >>> Decoder.RS1_SHIFT - 3 & 0x3F8))
                + (instruction >> Decoder.IMMEDIATE_SHIFT);
        long value = OffHeap.getLong(state.address() + (instruction >>> Decoder.RS2_SHIFT - 3 & 0x3F8));
        switch (Decoder.op(instruction)) {
            case Ops.LB -> setDestination(instruction, (byte) mmu.load(address, 1));
            case Ops.LBU -> setDestination(instruction, mmu.load(address, 1));
            case Ops.LH -> setDestination(instruction, (short) mmu.load(address, 2));
            case Ops.LHU -> setDestination(instruction, mmu.load(address, 2));
            case Ops.LW -> setDestination(instruction, (int) mmu.load(address, 4));
            case Ops.LWU -> setDestination(instruction, mmu.load(address, 4));
            case Ops.LD, Ops.FLD -> setDestination(instruction, mmu.load(address, 8));
            case Ops.FLW -> setDestination(instruction, mmu.load(address, 4) | 0xFFFF_FFFF_0000_0000L);
            case Ops.SB -> mmu.store(address, 1, value);
            case Ops.SH -> mmu.store(address, 2, value);
            case Ops.SW, Ops.FSW -> mmu.store(address, 4, value);
            case Ops.SD, Ops.FSD -> mmu.store(address, 8, value);
            default -> throw new IllegalStateException("no load or store: " + Decoder.op(instruction));
        }
    }

    private void setDestination(long instruction, long value) {
        OffHeap.putLong(state.address() + (instruction >>> Decoder.RD_SHIFT - 3 & 0x3F8), value);
    }
}

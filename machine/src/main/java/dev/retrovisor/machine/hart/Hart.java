package dev.retrovisor.machine.hart;

import dev.retrovisor.machine.device.Bus;
import dev.retrovisor.machine.device.HartPins;
import dev.retrovisor.machine.memory.OffHeap;
import dev.retrovisor.machine.memory.Ram;
import dev.retrovisor.machine.probe.TrapProbes;
import dev.retrovisor.machine.state.Derived;
import dev.retrovisor.machine.state.StateFormatException;
import dev.retrovisor.machine.state.StateReader;
import dev.retrovisor.machine.state.StateWriter;
import dev.retrovisor.machine.state.Stateful;
import dev.retrovisor.machine.time.Alarms;
import dev.retrovisor.machine.time.Clock;

/**
 * One hart: its off-heap {@link HartState}, its MMU and CSRs, and everything that an instruction may do beyond its
 * operands. Engines execute instructions; between two of them they ask {@link #takeInterrupt}.
 */
public final class Hart implements Stateful, AutoCloseable {
    /** Bit number in mip of the supervisor timer interrupt. */
    static final int STIP = 5;

    /** The order in which pending interrupts are taken (privileged manual, "Machine Interrupt Registers"). */
    private static final int[] INTERRUPT_ORDER = {HartPins.MEIP, HartPins.MSIP, HartPins.MTIP, HartPins.SEIP, 1, STIP};

    private static final long MENVCFG_STCE = 1L << 63;

    private final int index;
    private final int largestSatpMode;
    private final Csrs csrs;
    private final Timebase timebase;
    private final Alarms.Alarm timer;

    @Derived("its bytes are what is saved")
    private final HartState state;

    @Derived("who watches; changes nothing")
    private final TrapProbes probes;

    @Derived("translations, read again from the page tables")
    private final Mmu mmu;

    @Derived("on its way from throw to catch, within a step")
    private final Trap trap = new Trap();

    @Derived("wiring: set when the board is built")
    private SbiHandler sbi;

    @Derived("the address behind the instruction being executed, or where it jumps to")
    private long nextPc;

    @Derived("asks the engine to return to the machine; never set between two runs")
    private boolean stopRequested;

    @Derived("asks the machine for the next hart's turn; never set between two runs")
    private boolean quantumOver;

    @Derived("where the present turn began anew; never set between two runs")
    private long pausedAt = -1;

    /**
     * A hart after power-on.
     *
     * @param largestSatpMode satp.MODE of the largest page-table format: 8 (Sv39) to 10 (Sv57)
     */
    public Hart(
            int index,
            int largestSatpMode,
            Ram ram,
            Bus bus,
            Timebase timebase,
            Alarms alarms,
            Translations translations) {
        this.index = index;
        this.largestSatpMode = largestSatpMode;
        this.timebase = timebase;
        probes = translations.probes().traps();
        state = new HartState(OffHeap.allocate(HartState.SIZE_BYTES));
        mmu = new Mmu(this, state, ram, bus, translations);
        csrs = new Csrs(this);
        timer = alarms.create(this::updateTimer);
        translations.add(this);
        reset();
    }

    /** Installs firmware that answers the supervisor's calls; without it they trap to machine mode. */
    public void setSbi(SbiHandler handler) {
        sbi = handler;
    }

    /** Power-on: machine mode, interrupts off, pc and all registers zero. */
    public void reset() {
        OffHeap.fill(state.address(), HartState.SAVED_BYTES, 0);
        state.set(HartState.PRIVILEGE, Privilege.MACHINE);
        state.set(HartState.RESERVATION, HartState.NO_RESERVATION);
        state.set(HartState.MSTATUS, Mstatus.XL);
        state.set(HartState.STIMECMP, -1);
        mmu.tlb().flushAll();
        mmu.selectSpace();
        updateTimer();
    }

    public int index() {
        return index;
    }

    public HartState state() {
        return state;
    }

    public Mmu mmu() {
        return mmu;
    }

    public Csrs csrs() {
        return csrs;
    }

    int largestSatpMode() {
        return largestSatpMode;
    }

    Timebase timebase() {
        return timebase;
    }

    public int privilege() {
        return (int) state.get(HartState.PRIVILEGE);
    }

    /** Changes the privilege, and with it the tables that the TLB uses. */
    public void setPrivilege(int privilege) {
        state.set(HartState.PRIVILEGE, privilege);
        mmu.selectTables();
    }

    /** Address of the instruction being executed. */
    public long pc() {
        return state.pc();
    }

    public long nextPc() {
        return nextPc;
    }

    public void setNextPc(long value) {
        nextPc = value;
    }

    // What the engine is asked for.

    /** Makes the engine return after this instruction: deadlines or interrupts may have changed. */
    public void requestStop() {
        stopRequested = true;
    }

    /** Ends this hart's turn after this instruction. */
    public void yieldQuantum() {
        quantumOver = true;
        stopRequested = true;
    }

    public boolean isStopRequested() {
        return stopRequested;
    }

    /** Says that the hart gave up the rest of its turn when the clock stood at a step, and went on as the only one. */
    public void notePause(long step) {
        pausedAt = step;
    }

    /** The step of the last {@link #notePause}, or -1; forgets it. */
    public long takePause() {
        long step = pausedAt;
        pausedAt = -1;
        return step;
    }

    /** Forgets the requests; returns whether the quantum is to end. */
    public boolean takeRequests() {
        boolean yields = quantumOver;
        stopRequested = false;
        quantumOver = false;
        return yields;
    }

    // Interrupts.

    /** Drives one of the interrupt inputs. */
    public void setPin(int mipBit, boolean asserted) {
        long pins = state.get(HartState.PINS);
        state.set(HartState.PINS, asserted ? pins | 1L << mipBit : pins & ~(1L << mipBit));
    }

    /** The interrupt-pending register as mip reads: inputs and what software set. */
    public long pending() {
        return state.get(HartState.PINS) | state.get(HartState.MIP);
    }

    /** Whether a waiting hart must go on: an enabled interrupt is pending, globally enabled or not. */
    public boolean hasWakeup() {
        return (pending() & state.get(HartState.MIE)) != 0;
    }

    /** Whether {@link #takeInterrupt} would take one. */
    public boolean isInterruptDue() {
        long pending = pending() & state.get(HartState.MIE);
        return pending != 0 && deliverable(pending) != 0;
    }

    /** Takes the most urgent deliverable interrupt, if any: pc and privilege change, one step. */
    public boolean takeInterrupt() {
        long deliverable = deliverable(pending() & state.get(HartState.MIE));
        if (deliverable == 0) {
            return false;
        }
        for (int bit : INTERRUPT_ORDER) {
            if ((deliverable >>> bit & 1) != 0) {
                enterTrap(Cause.INTERRUPT | bit, 0, state.pc());
                return true;
            }
        }
        throw new IllegalStateException("interrupt bits %#x have no order".formatted(deliverable));
    }

    private long deliverable(long pending) {
        if (pending == 0) {
            return 0;
        }
        int privilege = privilege();
        long mstatus = state.get(HartState.MSTATUS);
        long delegated = state.get(HartState.MIDELEG);
        boolean machineEnabled = privilege < Privilege.MACHINE || (mstatus & Mstatus.MIE) != 0;
        long forMachine = machineEnabled ? pending & ~delegated : 0;
        if (forMachine != 0) {
            return forMachine;
        }
        boolean supervisorEnabled =
                privilege < Privilege.SUPERVISOR || privilege == Privilege.SUPERVISOR && (mstatus & Mstatus.SIE) != 0;
        return supervisorEnabled ? pending & delegated : 0;
    }

    /** Recomputes the supervisor timer interrupt from stimecmp; after each change of it, of menvcfg and of mtime. */
    public void updateTimer() {
        boolean enabled = (state.get(HartState.MENVCFG) & MENVCFG_STCE) != 0;
        long compare = state.get(HartState.STIMECMP);
        boolean reached = Long.compareUnsigned(timebase.mtime(), compare) >= 0;
        setPin(STIP, enabled && reached);
        timer.setAt(enabled && !reached ? timebase.nanosAtTick(compare) : Alarms.NEVER);
        requestStop();
    }

    /** Enters what host code reads the time from: virtual time after {@code steps} more steps, and mtime's distance to it. */
    public void foretellTime(long steps) {
        state.set(HartState.VIRTUAL_END, timebase.virtualNanos() + steps * Clock.NANOS_PER_STEP);
        state.set(HartState.TIME_OFFSET, timebase.mtime() - timebase.virtualNanos() / Clock.NANOS_PER_TICK);
    }

    // Traps.

    /** The hart's trap object, to be thrown. */
    public Trap trap(int cause, long value) {
        return trap.with(cause, value);
    }

    /** An illegal-instruction trap whose value is the instruction itself. */
    public Trap illegalInstruction() {
        return trap(Cause.ILLEGAL_INSTRUCTION, instructionBits());
    }

    private long instructionBits() {
        int bits = mmu.fetch(state.pc());
        return (bits & 3) == 3 ? bits & 0xFFFF_FFFFL : bits & 0xFFFFL;
    }

    /** Enters the handler: saves pc, cause and value, raises the privilege. The caller counts the step. */
    public void enterTrap(long cause, long value, long pc) {
        int privilege = privilege();
        boolean interrupt = cause < 0;
        long delegation = state.get(interrupt ? HartState.MIDELEG : HartState.MEDELEG);
        boolean toSupervisor = privilege <= Privilege.SUPERVISOR && (delegation >>> cause & 1) != 0;
        if (probes.wants(cause)) {
            int handler = toSupervisor ? Privilege.SUPERVISOR : Privilege.MACHINE;
            probes.take(index, cause, value, pc, privilege, handler);
        }
        state.set(HartState.TRAPS, state.get(HartState.TRAPS) + 1);
        state.set(HartState.RESERVATION, HartState.NO_RESERVATION);
        long mstatus = state.get(HartState.MSTATUS);
        if (toSupervisor) {
            state.set(HartState.SCAUSE, cause);
            state.set(HartState.STVAL, value);
            state.set(HartState.SEPC, pc);
            mstatus = move(mstatus, Mstatus.SIE, Mstatus.SPIE) & ~(Mstatus.SIE | Mstatus.SPP);
            state.set(HartState.MSTATUS, privilege == Privilege.USER ? mstatus : mstatus | Mstatus.SPP);
            setPrivilege(Privilege.SUPERVISOR);
            state.setPc(handler(state.get(HartState.STVEC), cause));
        } else {
            state.set(HartState.MCAUSE, cause);
            state.set(HartState.MTVAL, value);
            state.set(HartState.MEPC, pc);
            mstatus = move(mstatus, Mstatus.MIE, Mstatus.MPIE) & ~(Mstatus.MIE | Mstatus.MPP);
            state.set(HartState.MSTATUS, mstatus | (long) privilege << Mstatus.MPP_SHIFT);
            setPrivilege(Privilege.MACHINE);
            state.setPc(handler(state.get(HartState.MTVEC), cause));
        }
    }

    /** Copies the bit {@code from} to the place of the bit {@code to}. */
    private static long move(long mstatus, long from, long to) {
        return (mstatus & from) != 0 ? mstatus | to : mstatus & ~to;
    }

    private static long handler(long vector, long cause) {
        long base = vector & ~3L;
        return (vector & 1) != 0 && cause < 0 ? base + 4 * (cause & ~Cause.INTERRUPT) : base;
    }

    // Instructions that work on the hart.

    /** ecall: answered by the built-in firmware, or a trap. */
    public void environmentCall() {
        int privilege = privilege();
        if (privilege == Privilege.SUPERVISOR && sbi != null) {
            requestStop();
            sbi.call(this);
            return;
        }
        throw trap(Cause.ECALL_FROM_USER + privilege, 0);
    }

    public void returnFromMachineTrap() {
        if (privilege() != Privilege.MACHINE) {
            throw illegalInstruction();
        }
        long mstatus = state.get(HartState.MSTATUS);
        int privilege = (int) ((mstatus & Mstatus.MPP) >>> Mstatus.MPP_SHIFT);
        showReturn(HartState.MEPC, privilege);
        mstatus = move(mstatus, Mstatus.MPIE, Mstatus.MIE) & ~Mstatus.MPP | Mstatus.MPIE;
        if (privilege != Privilege.MACHINE) {
            mstatus &= ~Mstatus.MPRV;
        }
        state.set(HartState.MSTATUS, mstatus);
        setPrivilege(privilege);
        nextPc = state.get(HartState.MEPC);
    }

    public void returnFromSupervisorTrap() {
        long mstatus = state.get(HartState.MSTATUS);
        requireSupervisor();
        if (privilege() == Privilege.SUPERVISOR && (mstatus & Mstatus.TSR) != 0) {
            throw illegalInstruction();
        }
        int privilege = (mstatus & Mstatus.SPP) != 0 ? Privilege.SUPERVISOR : Privilege.USER;
        showReturn(HartState.SEPC, privilege);
        mstatus = move(mstatus, Mstatus.SPIE, Mstatus.SIE) & ~(Mstatus.SPP | Mstatus.MPRV) | Mstatus.SPIE;
        state.set(HartState.MSTATUS, mstatus);
        setPrivilege(privilege);
        nextPc = state.get(HartState.SEPC);
    }

    private void showReturn(int targetField, int to) {
        if (probes.wantsReturns()) {
            probes.leave(index, pc(), state.get(targetField), privilege(), to);
        }
    }

    public void waitForInterrupt() {
        checkWait();
        state.set(HartState.WAITING, hasWakeup() ? 0 : 1);
        yieldQuantum();
    }

    /** WFI must be allowed: by TW in supervisor mode, and never in user mode. */
    private void checkWait() {
        boolean timeoutWait = (state.get(HartState.MSTATUS) & Mstatus.TW) != 0;
        if (privilege() == Privilege.USER || privilege() == Privilege.SUPERVISOR && timeoutWait) {
            throw illegalInstruction();
        }
    }

    /** sfence.vma: translations never differ from the page tables here, so there is only the check. */
    public void fenceVirtualMemory() {
        requireSupervisor();
        if (privilege() == Privilege.SUPERVISOR && (state.get(HartState.MSTATUS) & Mstatus.TVM) != 0) {
            throw illegalInstruction();
        }
    }

    public void requireSupervisor() {
        if (privilege() < Privilege.SUPERVISOR) {
            throw illegalInstruction();
        }
    }

    @Override
    public String name() {
        return "hart" + index;
    }

    @Override
    public void save(StateWriter out) {
        var bytes = new byte[HartState.SAVED_BYTES];
        OffHeap.copyOut(state.address(), bytes, 0, bytes.length);
        out.putBytes(bytes);
    }

    @Override
    public void load(StateReader in) {
        byte[] bytes = in.getBytes();
        if (bytes.length != HartState.SAVED_BYTES) {
            throw new StateFormatException(
                    "%s: found %d bytes, expected %d".formatted(name(), bytes.length, HartState.SAVED_BYTES));
        }
        OffHeap.copyIn(bytes, 0, state.address(), bytes.length);
        mmu.tlb().flushAll();
        mmu.selectSpace();
    }

    @Override
    public void close() {
        mmu.tlb().free();
        OffHeap.free(state.address(), HartState.SIZE_BYTES);
    }
}

package dev.retrovisor.machine.sbi;

import dev.retrovisor.machine.device.PowerSwitch;
import dev.retrovisor.machine.event.DeviceEventSink;
import dev.retrovisor.machine.hart.Hart;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.hart.Privilege;
import dev.retrovisor.machine.hart.SbiHandler;
import dev.retrovisor.machine.memory.GuestMemory;
import dev.retrovisor.machine.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The built-in firmware: takes the supervisor's calls, and puts harts into the state in which firmware leaves them. */
public final class Sbi implements SbiHandler {
    private static final int A0 = 10;
    private static final int A1 = 11;
    private static final int A7 = 17;

    /** All exceptions go to the supervisor but its own calls, which come here. */
    private static final long DELEGATED_EXCEPTIONS = 0xB1FF;

    private static final long DELEGATED_INTERRUPTS = 0x222;
    private static final long ALL_COUNTERS = 0xFFFF_FFFFL;

    /** cycle, time and instret for user mode, as OpenSBI leaves it: Linux counts on time for its vDSO. */
    private static final long USER_COUNTERS = 7;

    // menvcfg: stimecmp, memory types, cache-block operations, hardware A and D bits.
    private static final long STCE = 1L << 63;
    private static final long PBMTE = 1L << 62;
    private static final long ADUE = 1L << 61;
    private static final long CACHE_BLOCKS = 0xF0;

    /** The first PMP region, read, write and execute, over all addresses (NAPOT). */
    private static final long PMP_ALL = 0x1F;

    private static final long PMP_ALL_ADDRESSES = (1L << 54) - 1;

    private final List<Hart> harts;
    private final long environment;

    // Looked up, never iterated over.
    private final Map<Integer, SbiExtension> extensions = new HashMap<>();

    /** Firmware for these harts; {@code hardwareDirtyBits} as in the configuration. */
    public Sbi(
            List<Hart> harts,
            Clock clock,
            GuestMemory memory,
            boolean hardwareDirtyBits,
            DeviceEventSink events,
            PowerSwitch power) {
        this.harts = harts;
        environment = STCE | PBMTE | CACHE_BLOCKS | (hardwareDirtyBits ? ADUE : 0);
        List.of(
                        new Base(extensions),
                        new Time(),
                        new Ipi(harts),
                        new RemoteFence(harts),
                        new HartStates(harts, memory, this::prepare),
                        new SystemReset(clock, events, power),
                        new DebugConsole(clock, memory, events))
                .forEach(extension -> extensions.put(extension.id(), extension));
    }

    /** Takes over the harts after power-on: the first runs in supervisor mode where pc stands, the others are stopped. */
    public void install() {
        for (Hart hart : harts) {
            hart.setSbi(this);
            prepare(hart);
            hart.state().set(HartState.LIFE, hart.index() == 0 ? HartState.STARTED : HartState.STOPPED);
        }
    }

    private void prepare(Hart hart) {
        HartState state = hart.state();
        state.set(HartState.MEDELEG, DELEGATED_EXCEPTIONS);
        state.set(HartState.MIDELEG, DELEGATED_INTERRUPTS);
        state.set(HartState.MCOUNTEREN, ALL_COUNTERS);
        state.set(HartState.SCOUNTEREN, USER_COUNTERS);
        state.set(HartState.MENVCFG, environment);
        state.set(HartState.PMPCFG, PMP_ALL);
        state.set(HartState.PMPADDR, PMP_ALL_ADDRESSES);
        hart.setPrivilege(Privilege.SUPERVISOR);
        hart.updateTimer();
    }

    @Override
    public void call(Hart caller) {
        var call = new SbiExtension.SbiCall(caller);
        SbiExtension extension = extensions.get((int) caller.state().x(A7));
        long error = extension == null ? SbiExtension.NOT_SUPPORTED : extension.call(call);
        if (call.returns()) {
            caller.state().setX(A0, error);
            caller.state().setX(A1, call.value());
        }
    }
}

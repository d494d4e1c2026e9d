package dev.retrovisor.machine.sbi;

import dev.retrovisor.machine.hart.Hart;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.memory.GuestMemory;
import java.util.List;
import java.util.function.Consumer;

/** HSM: starting, stopping and suspending harts. */
final class HartStates implements SbiExtension {
    private static final int A0 = 10;
    private static final int A1 = 11;
    private static final long RETENTIVE = 0;
    private static final long NON_RETENTIVE = 0x8000_0000L;

    // States as hart_get_status reports them.
    private static final long STATUS_STARTED = 0;
    private static final long STATUS_STOPPED = 1;

    private final List<Hart> harts;
    private final GuestMemory memory;
    private final Consumer<Hart> prepare;

    /** {@code prepare} puts a hart into the state in which the supervisor expects it. */
    HartStates(List<Hart> harts, GuestMemory memory, Consumer<Hart> prepare) {
        this.harts = harts;
        this.memory = memory;
        this.prepare = prepare;
    }

    @Override
    public int id() {
        return 0x48534D;
    }

    @Override
    public long call(SbiCall call) {
        return switch ((int) call.function()) {
            case 0 -> start(call.argument(0), call.argument(1), call.argument(2));
            case 1 -> stop(call.hart());
            case 2 -> status(call);
            case 3 -> suspend(call);
            default -> NOT_SUPPORTED;
        };
    }

    private boolean exists(long hart) {
        return hart >= 0 && hart < harts.size();
    }

    private long start(long number, long address, long opaque) {
        if (!exists(number)) {
            return INVALID_PARAMETER;
        }
        Hart hart = harts.get((int) number);
        if (hart.state().get(HartState.LIFE) == HartState.STARTED) {
            return ALREADY_AVAILABLE;
        }
        if (!memory.contains(address, 1)) {
            return INVALID_ADDRESS;
        }
        begin(hart, address, opaque);
        return SUCCESS;
    }

    private void begin(Hart hart, long address, long opaque) {
        // Devices tell when a line changes, not how it stands.
        long pins = hart.state().get(HartState.PINS);
        hart.reset();
        hart.state().set(HartState.PINS, pins);
        prepare.accept(hart);
        hart.state().setPc(address);
        hart.state().setX(A0, hart.index());
        hart.state().setX(A1, opaque);
    }

    private long stop(Hart hart) {
        hart.state().set(HartState.LIFE, HartState.STOPPED);
        hart.yieldQuantum();
        return SUCCESS;
    }

    private long status(SbiCall call) {
        if (!exists(call.argument(0))) {
            return INVALID_PARAMETER;
        }
        long life = harts.get((int) call.argument(0)).state().get(HartState.LIFE);
        call.setValue(life == HartState.STOPPED ? STATUS_STOPPED : STATUS_STARTED);
        return SUCCESS;
    }

    /** Waits for an interrupt; a non-retentive suspend then begins anew at the given address. */
    private long suspend(SbiCall call) {
        Hart hart = call.hart();
        long type = call.argument(0) & 0xFFFF_FFFFL;
        if (type != RETENTIVE && type != NON_RETENTIVE) {
            return INVALID_PARAMETER;
        }
        if (type == NON_RETENTIVE) {
            long address = call.argument(1);
            if (!memory.contains(address, 1)) {
                return INVALID_ADDRESS;
            }
            long opaque = call.argument(2);
            long enabled = hart.state().get(HartState.MIE);
            long timer = hart.state().get(HartState.STIMECMP);
            begin(hart, address, opaque);
            hart.state().set(HartState.MIE, enabled);
            hart.state().set(HartState.STIMECMP, timer);
            hart.updateTimer();
            hart.setNextPc(address);
            call.doesNotReturn();
        }
        hart.state().set(HartState.WAITING, hart.hasWakeup() ? 0 : 1);
        hart.yieldQuantum();
        return SUCCESS;
    }
}

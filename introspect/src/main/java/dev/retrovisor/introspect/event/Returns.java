package dev.retrovisor.introspect.event;

import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.probe.Probe;
import dev.retrovisor.machine.probe.Verdict;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Waits for calls to come back. A call is told by its thread and its stack pointer, so neither recursion nor another thread
 * in the same code confuses it. Probes on return addresses are kept while they are of use: to set one drops code.
 */
final class Returns {
    /** More calls that never came back are forgotten, the oldest first: threads end in the middle of calls. */
    private static final int MOST_OPEN = 1 << 16;

    /** A return address passed so often by others, while no call is awaited there, is not watched any longer. */
    private static final int MOST_IN_VAIN = 1000;

    private static final int RA = 1;
    private static final int SP = 2;
    private static final int TP = 4;

    private record Call(long returnAddress, long task, long stackPointer) {}

    /** A return address that is watched. */
    private final class Place {
        private final long address;
        private Probe probe;
        private int awaited;
        private int inVain;

        Place(long address) {
            this.address = address;
        }

        Verdict reached(int hart, long pc) {
            HartState state = machine.hart(hart);
            Watch.Hook hook = open.remove(new Call(pc, task(state), state.x(SP)));
            if (hook != null) {
                awaited--;
                inVain = 0;
                watch.guard(() -> hook.reached(hart));
            } else if (++inVain >= MOST_IN_VAIN && awaited == 0) {
                probe.remove();
                places.remove(address);
            }
            return Verdict.GO_ON;
        }
    }

    private final Watch watch;
    private final Machine machine;
    private final Map<Long, Place> places = new HashMap<>();
    private final Map<Call, Watch.Hook> open = new LinkedHashMap<>();

    Returns(Watch watch) {
        this.watch = watch;
        machine = watch.machine();
    }

    /** A hart stands at a function's first instruction: calls the hook when that call returns. */
    void await(int hart, Watch.Hook hook) {
        HartState state = machine.hart(hart);
        var call = new Call(state.x(RA), task(state), state.x(SP));
        // What never came back to here before is replaced, and the eldest call stands first.
        forget(call);
        if (open.size() == MOST_OPEN) {
            forget(open.keySet().iterator().next());
        }
        open.put(call, hook);
        Place place = places.get(call.returnAddress);
        if (place == null) {
            place = new Place(call.returnAddress);
            places.put(call.returnAddress, place);
            place.probe = watch.probes().onPc(call.returnAddress, place::reached);
        }
        place.awaited++;
    }

    private void forget(Call call) {
        if (open.remove(call) != null) {
            places.get(call.returnAddress).awaited--;
        }
    }

    /** In the kernel tp is the task; in user mode sscratch keeps it. */
    private static long task(HartState state) {
        long kept = state.get(HartState.SSCRATCH);
        return kept != 0 ? kept : state.x(TP);
    }

    void close() {
        places.values().forEach(place -> place.probe.remove());
        places.clear();
        open.clear();
    }
}

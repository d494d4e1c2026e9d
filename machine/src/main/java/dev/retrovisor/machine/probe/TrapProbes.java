package dev.retrovisor.machine.probe;

import java.util.Arrays;

/** Probes on traps and on returns from them. */
public final class TrapProbes {
    static final int ECALL_FROM_USER = 8;

    private record Filtered(long exceptions, long interrupts, TrapProbe probe) {
        boolean wants(long cause) {
            return ((cause < 0 ? interrupts : exceptions) >>> cause & 1) != 0;
        }
    }

    private final Probes probes;
    private Filtered[] traps = {};
    private ReturnProbe[] returns = {};
    private long exceptions;
    private long interrupts;

    TrapProbes(Probes probes) {
        this.probes = probes;
    }

    Probe add(long exceptionMask, long interruptMask, TrapProbe probe) {
        var added = new Filtered(exceptionMask, interruptMask, probe);
        Filtered[] more = Arrays.copyOf(traps, traps.length + 1);
        more[traps.length] = added;
        setTraps(more);
        return () -> setTraps(without(traps, added));
    }

    Probe add(ReturnProbe probe) {
        // Wrapped: the same probe may be added twice.
        ReturnProbe added = (hart, pc, target, from, to) -> probe.returned(hart, pc, target, from, to);
        ReturnProbe[] more = Arrays.copyOf(returns, returns.length + 1);
        more[returns.length] = added;
        setReturns(more);
        return () -> setReturns(without(returns, added));
    }

    private static <T> T[] without(T[] all, T removed) {
        return Arrays.stream(all).filter(other -> other != removed).toArray(length -> Arrays.copyOf(all, length));
    }

    private void setTraps(Filtered[] newTraps) {
        boolean wantedCalls = wants(ECALL_FROM_USER);
        traps = newTraps;
        exceptions = 0;
        interrupts = 0;
        for (Filtered trap : traps) {
            exceptions |= trap.exceptions;
            interrupts |= trap.interrupts;
        }
        if (wants(ECALL_FROM_USER) != wantedCalls) {
            probes.follower().trapProbesChanged();
        }
    }

    private void setReturns(ReturnProbe[] newReturns) {
        boolean wantedReturns = wantsReturns();
        returns = newReturns;
        if (wantsReturns() != wantedReturns) {
            probes.follower().trapProbesChanged();
        }
    }

    /** Whether anyone asked for traps of a cause, as mcause has it. */
    public boolean wants(long cause) {
        return ((cause < 0 ? interrupts : exceptions) >>> cause & 1) != 0;
    }

    /** Whether anyone asked for system calls: ecall from user mode. */
    public boolean wantsSystemCalls() {
        return wants(ECALL_FROM_USER);
    }

    /** Whether anyone asked for returns from traps. */
    public boolean wantsReturns() {
        return returns.length != 0;
    }

    /** A trap is about to be taken; see {@link TrapProbe#taken}. */
    public void take(int hart, long cause, long value, long pc, int from, int to) {
        for (Filtered trap : traps) {
            if (trap.wants(cause)) {
                probes.obey(trap.probe.taken(hart, cause, value, pc, from, to));
            }
        }
    }

    /** A handler is about to return; see {@link ReturnProbe#returned}. */
    public void leave(int hart, long pc, long target, int from, int to) {
        for (ReturnProbe probe : returns) {
            probes.obey(probe.returned(hart, pc, target, from, to));
        }
    }
}

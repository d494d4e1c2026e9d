package dev.retrovisor.introspect.tracepoint;

import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.MachineView;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.interpreter.Fork;
import java.util.HashMap;
import java.util.Map;

/**
 * The fork that reads one tracepoint's arguments: from a site's target to the first instruction of whoever would be
 * called. Used again for each hit.
 */
final class SiteFork implements TracepointHit, Fork.Guide {
    /** A site's own code takes 14 to 29 instructions; some compute their arguments first. */
    private static final int MOST_INSTRUCTIONS = 2000;

    private static final int NOP_BYTES = 4;
    private static final int SP = 2;
    private static final int A1 = 11;
    private static final int REGISTER_ARGUMENTS = 7;

    private final Watch watch;
    private final Tracepoint tracepoint;
    private final long funcsAddress;
    private final Receiver receiver;
    private final Map<Long, Long> targets = new HashMap<>();
    private final SideMemory memory = new SideMemory();
    private final Fork fork = new Fork(memory);
    private AddressSpace space;
    private long spaceSatp;
    private int hart;
    private long behindSite;
    private long stackPointer;
    private boolean reached;

    /** @param funcsAddress of the tracepoint's list of receivers; 0 if it is not known */
    SiteFork(Watch watch, Tracepoint tracepoint, long funcsAddress, Receiver receiver) {
        this.watch = watch;
        this.tracepoint = tracepoint;
        this.funcsAddress = funcsAddress;
        this.receiver = receiver;
    }

    /** Watches a site, unless it is watched already. */
    void add(Tracepoint.Site site) {
        if (targets.put(site.code(), site.target()) == null) {
            watch.onAddress(site.code(), at -> hit(at, site));
        }
    }

    private void hit(int atHart, Tracepoint.Site site) {
        hart = atHart;
        HartState state = watch.machine().hart(hart);
        memory.begin(space(watch.kernel().machine().hart(hart)));
        switchOn();
        behindSite = site.code() + NOP_BYTES;
        stackPointer = state.x(SP);
        reached = false;
        fork.begin(state, site.target());
        Fork.End end = fork.run(this, MOST_INSTRUCTIONS);
        if (reached) {
            receiver.hit(this);
        } else if (end != Fork.End.STOPPED) {
            watch.kernel()
                    .damage()
                    .note(
                            "tracepoint " + tracepoint.name(),
                            "0x%x leads to 0x%x: %s".formatted(site.code(), fork.pc(), end));
        }
    }

    private AddressSpace space(MachineView.HartView state) {
        long satp = state.satp();
        if (space == null || satp != spaceSatp) {
            space = watch.kernel().hartSpace(hart);
            spaceSatp = satp;
        }
        return space;
    }

    /** Registers a receiver, for the fork alone: some sites call those that are registered themselves. */
    private void switchOn() {
        if (funcsAddress != 0 && tracepoint.probestub() != 0) {
            memory.store(funcsAddress, Long.BYTES, SideMemory.OWN_PAGE);
            memory.store(SideMemory.OWN_PAGE, Long.BYTES, tracepoint.probestub());
        }
    }

    @Override
    public long next(long pc) {
        if (pc == tracepoint.iterator() || pc == tracepoint.probestub()) {
            reached = true;
            return Fork.STOP;
        }
        // Back in line, or back at the caller: what is called only under a condition was not called.
        if (pc == behindSite || Long.compareUnsigned(fork.x(SP), stackPointer) > 0) {
            return Fork.STOP;
        }
        Long target = targets.get(pc);
        return target == null ? pc : target;
    }

    @Override
    public Tracepoint tracepoint() {
        return tracepoint;
    }

    @Override
    public int hart() {
        return hart;
    }

    @Override
    public long argument(int index) {
        return index < REGISTER_ARGUMENTS
                ? fork.x(A1 + index)
                : memory.load(fork.x(SP) + 8L * (index - REGISTER_ARGUMENTS), Long.BYTES);
    }

    @Override
    public KernelObject object(int index, String struct) {
        long address = argument(index);
        if (address == 0) {
            throw new MemoryFault(0, "argument %d of tracepoint %s is null".formatted(index, tracepoint.name()));
        }
        return watch.kernel().object(struct, address);
    }
}

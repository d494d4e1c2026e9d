package dev.retrovisor.introspect.event;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.introspect.symbols.MissingSymbolException;
import dev.retrovisor.introspect.types.MissingTypeException;
import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.probe.PcProbe;
import dev.retrovisor.machine.probe.Probe;
import dev.retrovisor.machine.probe.Probes;
import dev.retrovisor.machine.probe.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A running observation of one machine: the probes that its streams have set, and where their events go. Closing it takes
 * all probes away. For the machine's thread.
 */
public final class Watch implements AutoCloseable {
    /** Is called at an address. */
    @FunctionalInterface
    public interface Hook {
        void reached(int hart);
    }

    private final Machine machine;
    private final KernelView kernel;
    private final Consumer<GuestEvent> sink;
    private final List<Probe> probes = new ArrayList<>();
    private final List<Runnable> onClose = new ArrayList<>();
    private final Set<String> notes = new LinkedHashSet<>();
    private final Returns returns;
    private final ThreadNames threads;

    /** @param sink takes the events, at the moment at which they happen, in order */
    public Watch(Machine machine, KernelView kernel, Consumer<GuestEvent> sink) {
        this.machine = machine;
        this.kernel = kernel;
        this.sink = sink;
        returns = new Returns(this);
        threads = new ThreadNames(this);
    }

    public Machine machine() {
        return machine;
    }

    public KernelView kernel() {
        return kernel;
    }

    public Probes probes() {
        return machine.probes();
    }

    /** Keeps a probe until the end. */
    public void keep(Probe probe) {
        probes.add(probe);
    }

    /**
     * Calls a hook whenever a hart comes to an address; whatever broken memory it meets is noted as damage, and is never the
     * machine's trouble.
     */
    public Probe onAddress(long address, Hook hook) {
        PcProbe guarded = (hart, _) -> {
            guard(() -> hook.reached(hart));
            return Verdict.GO_ON;
        };
        Probe probe = probes().onPc(address, guarded);
        keep(probe);
        return probe;
    }

    /**
     * The same at a function's entry, under whichever name the compiler left it; without one, says so in {@link #notes}.
     *
     * @return whether the kernel has it
     */
    public boolean onFunction(String name, Hook hook) {
        var function = kernel.symbols().function(name);
        if (function.isEmpty()) {
            missing("the kernel has no function " + name);
            return false;
        }
        onAddress(function.get().address(), hook);
        return true;
    }

    /**
     * For a hook at a function's first instruction, in the kernel or in a program: calls another when this call returns, on
     * whichever hart its thread is then; {@code x(hart, 10)} is the result. A call that never returns is forgotten.
     */
    public void onReturn(int hart, Hook hook) {
        returns.await(hart, hook);
    }

    /** Runs something that reads guest memory; what it meets broken, or does not find on this kernel, is noted. */
    public void guard(Runnable reading) {
        try {
            reading.run();
        } catch (MemoryFault e) {
            kernel.damage().note("events", e.getMessage());
        } catch (MissingTypeException | MissingSymbolException e) {
            missing(e.getMessage());
        }
    }

    /** Says that something can't be watched on this kernel. */
    public void missing(String what) {
        notes.add(what);
    }

    /** What can't be watched on this kernel. */
    public List<String> notes() {
        return List.copyOf(notes);
    }

    /** Integer register of a hart. */
    public long x(int hart, int number) {
        return machine.hart(hart).x(number);
    }

    /** Argument {@code number} of a function at whose entry a hart stands, 0 to 7. */
    public long argument(int hart, int number) {
        return x(hart, 10 + number);
    }

    /** This moment, in the name of the thread that a hart runs. */
    public Moment now(int hart) {
        long task = kernel.currentTaskAddress(hart);
        return task != 0
                ? threads.moment(hart, task)
                : new Moment(machine.steps(), machine.virtualNanos(), hart, 0, 0, "");
    }

    /** This moment, in the name of a thread. */
    public Moment moment(int hart, KernelObject task) {
        return threads.moment(hart, task.address());
    }

    /** The same, by the address of its task_struct; the cheapest way to a thread's numbers and name. */
    public Moment moment(int hart, long task) {
        return threads.moment(hart, task);
    }

    public void emit(GuestEvent event) {
        sink.accept(event);
    }

    /** Something to do at the end, before the probes are gone: to give out what is still open. */
    public void atEnd(Runnable action) {
        onClose.add(action);
    }

    @Override
    public void close() {
        onClose.forEach(this::guard);
        returns.close();
        probes.forEach(Probe::remove);
        probes.clear();
    }
}

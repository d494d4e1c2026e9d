package dev.retrovisor.cli.gdb;

import dev.retrovisor.introspect.kernel.KernelFacts;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.kernel.MachineView;
import dev.retrovisor.introspect.kernel.NoKernelException;
import dev.retrovisor.machine.Machine;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** The guest's Linux, looked for once; there may be none. */
public final class GuestKernel {
    /** A search goes through all of memory: it is not repeated for each stop. */
    private static final long SEARCH_STEPS = 50_000_000;

    private static final long NEVER = -1;

    private final Supplier<MachineView> machine;
    private final Function<MachineView, KernelFacts> finder;
    private KernelView kernel;
    private long searchedAtStep = NEVER;

    /**
     * A guest in a machine that may not be there yet.
     *
     * @param finder finds a kernel in a machine, or throws {@link NoKernelException}
     */
    public GuestKernel(Supplier<Machine> machine, Function<MachineView, KernelFacts> finder) {
        this.machine = () -> MachineView.of(machine.get());
        this.finder = finder;
    }

    /** The kernel as it is now, with a record of damage of its own; empty if none has started here. */
    Optional<KernelView> find() {
        MachineView view = machine();
        if (kernel == null && isSearchDue(view)) {
            searchedAtStep = view.step();
            try {
                kernel = new KernelView(finder.apply(view), view);
            } catch (NoKernelException _) {
                return Optional.empty();
            }
        }
        return Optional.ofNullable(kernel).map(found -> found.on(view)).filter(KernelView::hasStarted);
    }

    private boolean isSearchDue(MachineView view) {
        return searchedAtStep == NEVER || Math.abs(view.step() - searchedAtStep) >= SEARCH_STEPS;
    }

    /** The kernel that {@link #find} has found once, in the middle of a run too. */
    KernelView known() {
        if (kernel == null) {
            throw new IllegalStateException("no kernel was found yet");
        }
        return kernel;
    }

    KernelView require() {
        return find().orElseThrow(() -> new GdbError("no Linux runs here: go on, or back, to where one does"));
    }

    MachineView machine() {
        return machine.get();
    }
}

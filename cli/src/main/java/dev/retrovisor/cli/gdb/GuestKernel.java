package dev.retrovisor.cli.gdb;

import dev.retrovisor.introspect.kernel.KernelFacts;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.kernel.MachineView;
import dev.retrovisor.introspect.kernel.NoKernelException;
import dev.retrovisor.machine.Machine;
import java.util.Optional;
import java.util.function.Function;

/** The guest's Linux, looked for once; there may be none. */
public final class GuestKernel {
    /** A search goes through all of memory: it is not repeated for each stop. */
    private static final long SEARCH_STEPS = 50_000_000;

    private static final long NEVER = -1;

    private final MachineView machine;
    private final Function<MachineView, KernelFacts> finder;
    private KernelView kernel;
    private long searchedAtStep = NEVER;

    /** @param finder finds a kernel in a machine, or throws {@link NoKernelException} */
    public GuestKernel(Machine machine, Function<MachineView, KernelFacts> finder) {
        this.machine = MachineView.of(machine);
        this.finder = finder;
    }

    /** The kernel as it is now, with a record of damage of its own; empty if none has started here. */
    Optional<KernelView> find() {
        if (kernel == null && isSearchDue()) {
            searchedAtStep = machine.step();
            try {
                kernel = new KernelView(finder.apply(machine), machine);
            } catch (NoKernelException _) {
                return Optional.empty();
            }
        }
        return Optional.ofNullable(kernel).map(found -> found.on(machine)).filter(KernelView::hasStarted);
    }

    private boolean isSearchDue() {
        return searchedAtStep == NEVER || Math.abs(machine.step() - searchedAtStep) >= SEARCH_STEPS;
    }

    KernelView require() {
        return find().orElseThrow(() -> new GdbError("no Linux runs here: go on, or back, to where one does"));
    }

    MachineView machine() {
        return machine;
    }
}

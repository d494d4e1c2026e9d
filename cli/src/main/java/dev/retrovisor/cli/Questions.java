package dev.retrovisor.cli;

import dev.retrovisor.introspect.inspect.Inspection;
import dev.retrovisor.introspect.inspect.Inspections;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.kernel.NoKernelException;
import dev.retrovisor.traces.Position;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** What a user asks of a guest's kernel: inspections, and of which process and address. */
public record Questions(List<Inspection<?>> asked, Optional<Integer> pid, Optional<GuestAddress> address) {
    /**
     * What a user asks by names.
     *
     * @param addressOption what gives the address
     * @throws UserMistake if there is no such inspection, or one needs an address and there is none
     */
    public static Questions of(
            List<String> names, Optional<Integer> pid, Optional<GuestAddress> address, String addressOption) {
        var inspections = new InspectionList(Inspections.all());
        List<Inspection<?>> asked =
                names.stream().<Inspection<?>>map(inspections::named).toList();
        for (Inspection<?> each : asked) {
            if (each.needs().contains(Inspection.Need.ADDRESS) && address.isEmpty()) {
                throw new UserMistake("%s: of which address? Give one with %s".formatted(each.name(), addressOption));
            }
        }
        return new Questions(asked, pid, address);
    }

    public boolean areSeveral() {
        return asked.size() > 1;
    }

    /** @throws UserMistake if the rows can't be printed in a format */
    public void requirePrintable(RowFormat format) {
        if (format == RowFormat.CSV && areSeveral()) {
            throw new UserMistake("csv: one table has one kind of rows: ask one inspection at a time");
        }
    }

    /**
     * Asks one of them.
     *
     * @param kernel with a record of damage of its own
     * @param image the kernel's file as it was loaded
     * @throws Unanswerable if this kernel lacks what the inspection needs
     * @throws UserMistake if the kernel has no such symbol
     */
    public Answer ask(Inspection<?> inspection, KernelView kernel, Position position, Supplier<byte[]> image) {
        var scope = new Inspection.Scope(pid.orElse(Inspection.Scope.ALL));
        if (address.isPresent()) {
            scope = scope.withAddress(address.get().resolve(kernel.symbols()));
        }
        if (inspection.needs().contains(Inspection.Need.IMAGE)) {
            scope = scope.withImage(image.get());
        }
        return Answer.of(inspection, scope, kernel, position);
    }

    /**
     * A kernel that can be asked, with a record of damage of its own.
     *
     * @param where for the message
     * @throws NoKernelException if it is loaded and has not set up its page tables yet
     */
    public static KernelView started(KernelView kernel, String where) {
        KernelView started = kernel.on(kernel.machine());
        if (!started.hasStarted()) {
            throw new NoKernelException(
                    "%s: Linux %s lies in memory, and has not started yet: there is nothing to look at"
                            .formatted(where, started.facts().release()));
        }
        return started;
    }
}

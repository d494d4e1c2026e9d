package dev.retrovisor.cli;

import dev.retrovisor.introspect.inspect.Inspection;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.traces.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What an inspection found at a position. */
public record Answer(
        Inspection<?> inspection,
        Position position,
        String kernelRelease,
        String kernelBanner,
        List<Record> rows,
        DamageReport damage) {
    /**
     * Asks.
     *
     * @param kernel with a record of damage of its own
     * @throws Unanswerable if this kernel lacks what the inspection needs
     */
    public static Answer of(Inspection<?> inspection, Inspection.Scope scope, KernelView kernel, Position position) {
        var rows = new ArrayList<Record>();
        Unanswerable.guard(inspection.name(), kernel, () -> {
            try (Stream<? extends Record> found = inspection.run(kernel, scope)) {
                found.forEachOrdered(rows::add);
            } catch (MemoryFault e) {
                kernel.damage().note(inspection.name(), "ends early: " + e.getMessage());
            }
        });
        return new Answer(
                inspection,
                position,
                kernel.facts().release(),
                kernel.facts().banner(),
                rows,
                DamageReport.of(kernel.damage()));
    }
}

package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.DamageReport;
import dev.retrovisor.cli.RowShape;
import dev.retrovisor.cli.Unanswerable;
import dev.retrovisor.cli.prompt.CommandRow.Group;
import dev.retrovisor.cli.prompt.Syntax.Kind;
import dev.retrovisor.introspect.inspect.Inspection;
import dev.retrovisor.introspect.inspect.Inspections;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Shows the stack of a thread, in the kernel and above it in user mode. */
final class WhereCommand implements PromptCommand {
    private static final List<String> COLUMNS = List.of("stack", "frame", "address", "where", "method");

    @Override
    public CommandRow row() {
        return CommandRow.of(
                        "where",
                        Group.LOOKING,
                        "the stack of the thread that runs here, or of another: kernel and user frames",
                        Syntax.of().takes("PROCESS", Kind.PROCESS))
                .alias("bt", "backtrace")
                .example("where", "of the thread that the hart runs")
                .example("where 1", "of another thread, by its number or name");
    }

    @Override
    public Reply run(Session session, Arguments arguments) {
        Guest guest = session.guest();
        Optional<Task> thread = arguments.has("PROCESS")
                ? Optional.of(guest.process(arguments.get("PROCESS")))
                : guest.hasLinux() ? guest.thread() : Optional.empty();
        if (thread.isEmpty()) {
            Here here = Here.of(session);
            var lines = new ArrayList<String>();
            lines.add("no thread of Linux's runs on hart %d here:".formatted(here.hart()));
            lines.addAll(here.lines());
            return new Reply.Facts(lines, here);
        }
        return stack(session, thread.get());
    }

    private static Reply stack(Session session, Task thread) {
        KernelView kernel = session.guest().startedKernel();
        Inspection<?> threads = Inspections.named("threads").orElseThrow();
        var rows = new ArrayList<Record>();
        Unanswerable.guard("where", kernel, () -> {
            try (var found = threads.run(kernel, new Inspection.Scope(thread.tgid()))) {
                RowShape.Part tid = RowShape.of(threads.rowType()).part("tid");
                found.filter(row -> (int) tid.of(row) == thread.pid()).forEach(rows::add);
            }
        });
        session.tell("where", DamageReport.of(kernel.damage()));
        return new Reply.Selected(threads.rowType(), rows, COLUMNS, "no frame of it is known");
    }
}

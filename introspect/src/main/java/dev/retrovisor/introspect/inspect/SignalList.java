package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.SignalSet;
import dev.retrovisor.introspect.linux.Signals;
import dev.retrovisor.introspect.linux.Task;
import java.util.List;
import java.util.stream.Stream;

/** What threads do with signals. */
final class SignalList implements Inspection<SignalList.Row> {
    /**
     * @param pending for this thread, as often as it is queued
     * @param processPending for whichever thread of the process takes it first
     */
    record Row(
            int pid,
            int tid,
            String name,
            List<String> pending,
            List<String> processPending,
            List<String> blocked,
            List<String> ignored,
            List<String> caught) {}

    @Override
    public String name() {
        return "signals";
    }

    @Override
    public String summary() {
        return "signals of each thread: pending, blocked, ignored, caught";
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public Stream<Row> run(KernelView kernel, Scope scope) {
        return scope.threads(kernel).flatMap(task -> kernel.tolerate(name(), () -> row(task)).stream());
    }

    private static Row row(Task task) {
        Signals signals = Signals.of(task);
        return new Row(
                task.tgid(),
                task.pid(),
                task.name(),
                names(signals.pending()),
                names(signals.processPending()),
                signals.blocked().names(),
                signals.ignored().names(),
                signals.caught().names());
    }

    private static List<String> names(List<Integer> numbers) {
        return numbers.stream().map(SignalSet::name).toList();
    }
}

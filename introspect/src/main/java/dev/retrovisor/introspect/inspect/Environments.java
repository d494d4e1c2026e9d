package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.Task;
import java.util.List;
import java.util.stream.Stream;

/** The environments that processes were started with. */
final class Environments implements Inspection<Environments.Row> {
    record Row(int pid, String name, String variable, String value) {}

    @Override
    public String name() {
        return "envars";
    }

    @Override
    public String summary() {
        return "variables of the processes' environments";
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public Stream<Row> run(KernelView kernel, Scope scope) {
        return scope.processes(kernel)
                .flatMap(task -> kernel.tolerate(name(), () -> rows(task)).stream())
                .flatMap(List::stream);
    }

    private static List<Row> rows(Task task) {
        String name = task.name();
        return task.commandLine().environment().stream()
                .map(text -> {
                    int equals = text.indexOf('=');
                    return equals < 0
                            ? new Row(task.pid(), name, text, "")
                            : new Row(task.pid(), name, text.substring(0, equals), text.substring(equals + 1));
                })
                .toList();
    }
}

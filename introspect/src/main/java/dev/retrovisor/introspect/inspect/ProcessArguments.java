package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.Task;
import java.util.List;
import java.util.stream.Stream;

/** What processes were started with. */
final class ProcessArguments implements Inspection<ProcessArguments.Row> {
    /** @param program path of the file that is executed */
    record Row(int pid, int ppid, String name, String program, List<String> arguments) {}

    @Override
    public String name() {
        return "psaux";
    }

    @Override
    public String summary() {
        return "processes with their arguments and their program's path";
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public Stream<Row> run(KernelView kernel, Scope scope) {
        return scope.processes(kernel).flatMap(task -> kernel.tolerate(name(), () -> row(task)).stream());
    }

    private static Row row(Task task) {
        var commandLine = task.commandLine();
        return new Row(
                task.pid(), task.ppid(), task.name(), commandLine.program().orElse(""), commandLine.arguments());
    }
}

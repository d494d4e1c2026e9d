package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.Task;
import dev.retrovisor.introspect.linux.Tasks;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Which process started which; with a process number, that one and what it started. */
final class ProcessTree implements Inspection<ProcessTree.Row> {
    /**
     * @param depth 0 for what has no living parent
     * @param tree the name, indented by its depth
     */
    record Row(
            int pid,
            int ppid,
            int depth,
            String tree,
            char state,
            int uid,
            @Column(Column.Style.NANOS) long startNanos) {
        private Row at(int newDepth) {
            return new Row(pid, ppid, newDepth, "  ".repeat(newDepth) + tree, state, uid, startNanos);
        }
    }

    @Override
    public String name() {
        return "pstree";
    }

    @Override
    public String summary() {
        return "processes as a tree of parents and children";
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public Stream<Row> run(KernelView kernel, Scope scope) {
        Map<Integer, Row> byPid = new LinkedHashMap<>();
        new Tasks(kernel)
                .processes()
                .flatMap(task -> kernel.tolerate(name(), () -> row(task)).stream())
                .forEach(row -> byPid.putIfAbsent(row.pid, row));
        Map<Integer, List<Row>> children = new LinkedHashMap<>();
        Deque<Row> open = new ArrayDeque<>();
        for (Row row : byPid.values()) {
            if (scope.pid() == Scope.ALL ? !byPid.containsKey(row.ppid) : scope.has(row.pid)) {
                open.add(row);
            } else {
                children.computeIfAbsent(row.ppid, _ -> new ArrayList<>()).add(row);
            }
        }
        var rows = new ArrayList<Row>();
        while (!open.isEmpty()) {
            Row row = open.pop();
            rows.add(row);
            // Taken out, so that a forged parent that is its own descendant comes once.
            List<Row> own = children.getOrDefault(row.pid, List.of());
            children.remove(row.pid);
            own.reversed().forEach(child -> open.push(child.at(row.depth + 1)));
        }
        if (scope.pid() == Scope.ALL) {
            children.values()
                    .forEach(orphans -> orphans.forEach(row -> {
                        kernel.damage().note(name(), "process %d is its own ancestor or below one".formatted(row.pid));
                        rows.add(row);
                    }));
        }
        return rows.stream();
    }

    private static Row row(Task task) {
        return new Row(task.pid(), task.ppid(), 0, task.name(), task.state(), task.uid(), task.startNanos());
    }
}

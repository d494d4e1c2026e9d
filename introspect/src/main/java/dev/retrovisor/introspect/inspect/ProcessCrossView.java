package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.TaskViews;
import dev.retrovisor.introspect.linux.TaskViews.Book;
import java.util.Set;
import java.util.stream.Stream;

/** Threads as several books of the kernel have them: one that is missing in some of them hides. */
final class ProcessCrossView implements Inspection<ProcessCrossView.Row> {
    /**
     * @param children reached from the first process by the lists of children
     * @param runQueue running or about to; who sleeps is not
     * @param mmOwner that an address space names it as its owner, as one thread of each process
     * @param hidden whether a book lacks it that must have it in its state
     */
    record Row(
            int pid,
            int tid,
            String name,
            @Column(Column.Style.HEX) long task,
            char state,
            boolean taskList,
            boolean pidTable,
            boolean children,
            boolean runQueue,
            boolean cgroup,
            boolean mmOwner,
            boolean slab,
            boolean hidden) {}

    @Override
    public String name() {
        return "psxview";
    }

    @Override
    public String summary() {
        return "threads by task list, numbers, children, run queues, cgroups, owners, slabs; hidden ones show";
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public Stream<Row> run(KernelView kernel, Scope scope) {
        return TaskViews.all(kernel)
                .flatMap(seen -> kernel.tolerate(name(), () -> row(seen)).stream())
                .filter(row -> scope.has(row.pid));
    }

    private static Row row(TaskViews.Seen seen) {
        Set<Book> books = seen.books();
        return new Row(
                seen.task().tgid(),
                seen.task().pid(),
                seen.task().name(),
                seen.task().address(),
                seen.task().state(),
                books.contains(Book.TASK_LIST),
                books.contains(Book.PID_TABLE),
                books.contains(Book.CHILDREN),
                books.contains(Book.RUN_QUEUE),
                books.contains(Book.CGROUP),
                books.contains(Book.MM_OWNER),
                books.contains(Book.SLAB),
                seen.isHidden());
    }
}

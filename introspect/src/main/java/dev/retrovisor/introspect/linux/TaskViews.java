package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.types.CType;
import dev.retrovisor.introspect.types.Field;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Threads as several books of the kernel have them. One that was taken out of some of them, to hide it from those who ask
 * in the usual ways, is still in others: it could not run without.
 */
public final class TaskViews {
    private static final int MOST_SETS = 1 << 20;
    private static final int MOST_BUCKETS = 1 << 16;
    private static final int EXIT_DEAD = 0x10;
    private static final int TASK_NEW = 0x800;

    /** A book of the kernel. */
    public enum Book {
        /** The list that {@code ps} was made from once, with the threads of each process. */
        TASK_LIST,
        /** The numbers: what {@code /proc} shows, what {@code kill} finds. */
        PID_TABLE,
        /** The children of the first process, and theirs. */
        CHILDREN,
        /** What a processor runs or will run next. */
        RUN_QUEUE,
        /** Members of cgroups. */
        CGROUP,
        /** Owners of address spaces. */
        MM_OWNER,
        /** Objects in use in the slabs that task_structs come from. */
        SLAB
    }

    /**
     * A thread, and which books have it.
     *
     * @param expected the books that must have it in its state
     */
    public record Seen(Task task, Set<Book> books, Set<Book> expected) {
        /** Whether a book lacks it that must have it. */
        public boolean isHidden() {
            return !books.containsAll(expected);
        }
    }

    private final KernelView kernel;
    private final Tasks tasks;

    /** Threads by address, in the order in which they were found. */
    private final Map<Long, Set<Book>> seen = new LinkedHashMap<>();

    private TaskViews(KernelView kernel) {
        this.kernel = kernel;
        tasks = new Tasks(kernel);
    }

    /** All threads that any book has. */
    public static Stream<Seen> all(KernelView kernel) {
        var views = new TaskViews(kernel);
        views.read(Book.TASK_LIST, views.tasks.threads());
        views.read(Book.PID_TABLE, views.tasks.numbered());
        views.read(Book.CHILDREN, views.children());
        views.read(Book.RUN_QUEUE, views.runQueues());
        views.read(Book.CGROUP, views.cgroups());
        views.readSlabs();
        Set<Long> idle = new LinkedHashSet<>();
        IntStream.range(0, kernel.cpus())
                .forEach(cpu -> kernel.tolerate("scheduler", () -> views.tasks.idle(cpu))
                        .flatMap(task -> task)
                        .ifPresent(task -> idle.add(task.address())));
        return views.seen.entrySet().stream()
                .filter(entry -> !idle.contains(entry.getKey()))
                .flatMap(entry ->
                        kernel.tolerate("threads", () -> views.seen(entry.getKey(), entry.getValue())).stream());
    }

    private void read(Book book, Stream<Task> found) {
        found.forEach(task -> note(book, task.address()));
    }

    private void note(Book book, long address) {
        seen.computeIfAbsent(address, _ -> EnumSet.noneOf(Book.class)).add(book);
    }

    private Seen seen(long address, Set<Book> books) {
        var task = new Task(kernel, kernel.object("task_struct", address));
        Set<Book> expected = EnumSet.of(Book.SLAB);
        boolean isLive = (task.object().getInt("exit_state") & EXIT_DEAD) == 0
                && (task.object().getInt("__state") & TASK_NEW) == 0;
        if (isLive) {
            expected.addAll(List.of(Book.TASK_LIST, Book.PID_TABLE, Book.CHILDREN));
            if (task.object().getInt("exit_state") == 0) {
                expected.add(Book.CGROUP);
            }
            if (task.object().get("on_rq", 0) == 1) {
                expected.add(Book.RUN_QUEUE);
            }
        }
        return new Seen(task, books, expected);
    }

    /** The tree of parents and children, with the threads of each: down from the kernel's very first task. */
    private Stream<Task> children() {
        var found = new LinkedHashSet<Long>();
        Deque<KernelObject> open = new ArrayDeque<>();
        open.add(kernel.global("init_task", "task_struct"));
        while (!open.isEmpty() && found.size() < Tasks.MOST) {
            KernelObject parent = open.pop();
            kernel.list(parent.addressOf("children"), "task_struct", "sibling", Tasks.MOST)
                    .map(child -> new Task(kernel, child))
                    .filter(Tasks::isPlausible)
                    .filter(child -> found.add(child.address()))
                    .forEach(child -> child.threads().forEach(thread -> {
                        found.add(thread.address());
                        // A child belongs to the thread that made it.
                        open.push(thread.object());
                    }));
        }
        return found.stream().map(address -> new Task(kernel, kernel.object("task_struct", address)));
    }

    private Stream<Task> runQueues() {
        return IntStream.range(0, kernel.cpus())
                .boxed()
                .flatMap(cpu ->
                        kernel
                                .tolerate("scheduler", () -> kernel.object("rq", kernel.perCpu(cpu, "runqueues")))
                                .stream())
                .flatMap(queue -> Stream.of(fair(queue), realtime(queue), deadline(queue), current(queue))
                        .flatMap(each -> each))
                .map(object -> new Task(kernel, object))
                .filter(Tasks::isPlausible);
    }

    private Stream<KernelObject> fair(KernelObject queue) {
        return kernel.list(queue.addressOf("cfs_tasks"), "task_struct", "se.group_node", Tasks.MOST);
    }

    private Stream<KernelObject> realtime(KernelObject queue) {
        Field lists = queue.layout().field("rt.active.queue");
        int count = lists.type() instanceof CType.Array array ? (int) array.count() : 0;
        return IntStream.range(0, count)
                .mapToObj(i ->
                        queue.addressOf("rt.active.queue") + i * lists.type().sizeBytes() / count)
                .flatMap(head -> kernel.list(head, "task_struct", "rt.run_list", Tasks.MOST));
    }

    private Stream<KernelObject> deadline(KernelObject queue) {
        return RedBlackTrees.inOrder(kernel, queue.addressOf("dl.root"), "task_struct", "dl.rb_node", Tasks.MOST);
    }

    private Stream<KernelObject> current(KernelObject queue) {
        return kernel.tolerate("scheduler", () -> queue.follow("curr")).flatMap(task -> task).stream()
                .filter(task -> task.address() != queue.get("idle"));
    }

    private Stream<Task> cgroups() {
        OptionalLong table = kernel.symbols().find("css_set_table");
        if (table.isEmpty()) {
            return Stream.empty();
        }
        long end = kernel.symbols().next(table.getAsLong()).orElse(table.getAsLong());
        long buckets = Long.highestOneBit(Math.clamp((end - table.getAsLong()) / Long.BYTES, 1, MOST_BUCKETS));
        return HashTables.chains(kernel, table.getAsLong(), buckets, "css_set", "hlist", MOST_SETS)
                .flatMap(set -> Stream.of("tasks", "mg_tasks", "dying_tasks")
                        .filter(set::has)
                        .flatMap(list -> kernel.list(set.addressOf(list), "task_struct", "cg_list", Tasks.MOST)))
                .map(object -> new Task(kernel, object))
                .filter(Tasks::isPlausible);
    }

    private void readSlabs() {
        var pages = kernel.tolerate("slabs", () -> new PhysicalPages(kernel));
        if (pages.isEmpty()) {
            return;
        }
        var slabs = new SlabCaches(pages.get());
        live(slabs, "mm_struct")
                .forEach(address -> kernel.tolerate("slabs", () -> kernel.object("mm_struct", address))
                        .flatMap(mm -> kernel.tolerate("slabs", () -> mm.has("owner") ? mm.get("owner") : 0L))
                        .filter(owner -> owner != 0)
                        .ifPresent(owner -> note(Book.MM_OWNER, owner)));
        live(slabs, "task_struct").forEach(address -> note(Book.SLAB, address));
    }

    private LongStream live(SlabCaches slabs, String cache) {
        Optional<SlabCaches.Cache> found =
                slabs.all().filter(each -> each.name().equals(cache)).findFirst();
        return found.stream()
                .flatMap(slabs::slots)
                .filter(SlabCaches.Slot::live)
                .mapToLong(SlabCaches.Slot::address);
    }
}

package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.Futexes;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** Who waits on which futex. */
final class FutexWaiters implements Inspection<FutexWaiters.Row> {
    /**
     * @param address of the futex in the waiter's own memory
     * @param sharing who can wake it: its own process, or whoever shares the memory or the file
     * @param value of the futex now
     * @param bitset which wake-ups it takes
     * @param owner of a lock with priority inheritance: the thread that holds it
     */
    record Row(
            int pid,
            int tid,
            String name,
            @Column(Column.Style.HEX) long address,
            Futexes.Scope sharing,
            String file,
            OptionalInt value,
            @Column(Column.Style.HEX) long bitset,
            OptionalInt owner) {}

    @Override
    public String name() {
        return "futexes";
    }

    @Override
    public String summary() {
        return "threads that wait on futexes";
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public Stream<Row> run(KernelView kernel, Scope scope) {
        return new Futexes(kernel)
                .waiters()
                .filter(waiter -> scope.has(waiter.task().tgid()))
                .map(waiter -> new Row(
                        waiter.task().tgid(),
                        waiter.task().pid(),
                        waiter.task().name(),
                        waiter.address(),
                        waiter.scope(),
                        waiter.file(),
                        waiter.value(),
                        waiter.bitset(),
                        waiter.owner()));
    }
}

package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.Task;
import dev.retrovisor.introspect.linux.Tasks;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A question to a stopped machine that is answered in rows. Rows are records: whoever prints them takes names and order of
 * the columns from the components ({@code startNanos} becomes {@code START NANOS} or {@code "startNanos"}), numbers as
 * {@link Column} says. Strings hold what the guest wrote, raw.
 */
public interface Inspection<R extends Record> {
    /** As the user types it; Volatility's name where it has one. */
    String name();

    /** One line for the list of inspections, without a full stop. */
    String summary();

    Class<R> rowType();

    /** What the scope must have for it; nothing as a rule. */
    default Set<Need> needs() {
        return Set.of();
    }

    /**
     * The rows, lazily; what is broken is left out and noted in {@code kernel.damage()}.
     *
     * @throws java.util.NoSuchElementException if the scope lacks what this {@link #needs}
     */
    Stream<R> run(KernelView kernel, Scope scope);

    /** What an inspection may not be able to do without. */
    enum Need {
        /** {@link Scope#address}. */
        ADDRESS,
        /** {@link Scope#image}. */
        IMAGE
    }

    /**
     * What the user wants to see.
     *
     * @param pid process number in the initial namespace; {@link #ALL} for every one
     * @param address the address that is asked about
     * @param image the kernel's file as it was loaded: a flat riscv64 Image
     */
    record Scope(int pid, OptionalLong address, Optional<byte[]> image) {
        public static final int ALL = -1;
        public static final Scope EVERYTHING = new Scope(ALL);

        public Scope(int pid) {
            this(pid, OptionalLong.empty(), Optional.empty());
        }

        public Scope withAddress(long asked) {
            return new Scope(pid, OptionalLong.of(asked), image);
        }

        public Scope withImage(byte[] bytes) {
            return new Scope(pid, address, Optional.of(bytes));
        }

        public boolean has(long candidate) {
            return pid == ALL || pid == candidate;
        }

        /** The processes that are asked for, by age. */
        Stream<Task> processes(KernelView kernel) {
            var tasks = new Tasks(kernel);
            return pid == ALL ? tasks.processes() : tasks.withPid(pid).stream();
        }

        /** The threads of the processes that are asked for. */
        Stream<Task> threads(KernelView kernel) {
            return processes(kernel).flatMap(Task::threads);
        }
    }
}

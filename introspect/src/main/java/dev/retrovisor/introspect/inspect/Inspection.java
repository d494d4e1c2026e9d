package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.kernel.KernelView;
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

    /** The rows, lazily; what is broken is left out and noted in {@code kernel.damage()}. */
    Stream<R> run(KernelView kernel, Scope scope);

    /**
     * What the user wants to see.
     *
     * @param pid process number in the initial namespace; {@link #ALL} for every one
     */
    record Scope(int pid) {
        public static final int ALL = -1;
        public static final Scope EVERYTHING = new Scope(ALL);

        public boolean has(long candidate) {
            return pid == ALL || pid == candidate;
        }
    }
}

package dev.retrovisor.cli.gdb;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.machine.Machine;
import dev.retrovisor.traces.Position;
import java.util.List;
import java.util.function.Consumer;

/** What the command line can tell of a guest, as text for people or in cells, all harmless to show. */
public interface GuestLooks {
    /** Rows of text cells. */
    record Table(List<String> columns, List<List<String>> rows) {}

    /** An inspection that can be asked. */
    record Question(String name, String summary) {}

    /** Where that is, in words. */
    String words(Position position);

    /** What is run, in lines. */
    String about();

    List<Question> inspections();

    /**
     * Asks, and prints the rows.
     *
     * @param arguments {@code NAME [--pid N] [--address ADDRESS]}, with or without the dashes
     * @throws GdbError if that can't be asked
     */
    String inspect(List<String> arguments, KernelView kernel, Position here);

    /**
     * Asks for programs.
     *
     * @throws GdbError if that can't be asked
     */
    Table table(String inspection, KernelView kernel, Position here);

    List<Question> streams();

    /**
     * Tells a stream's events while a machine is run.
     *
     * @param run runs it
     * @param lines takes a line for each event
     * @throws GdbError if there is no such stream, or it can't be had of this kernel
     */
    void watch(String stream, KernelView kernel, Machine machine, Runnable run, Consumer<String> lines);
}

package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.elf.CodeAddress;
import dev.retrovisor.introspect.elf.ProcessImages;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.KernelCode;
import dev.retrovisor.introspect.linux.KernelStack;
import dev.retrovisor.introspect.linux.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What threads do: their state and their call stacks, in the kernel and above it in user mode. */
final class Threads implements Inspection<Threads.Row> {
    private static final int MOST_USER_FRAMES = 64;

    /**
     * One frame of a thread; a thread of which no frame is known has one row.
     *
     * @param state the letter in {@code /proc/PID/stat}
     * @param waitsIn the function that it sleeps in; empty if it does not
     * @param frame counted from the innermost one of its stack
     * @param where function and offset, with the module or file
     * @param method how the frame was found: only scanned ones may be no frames at all
     */
    record Row(
            int pid,
            int tid,
            String name,
            char state,
            String waitsIn,
            Stack stack,
            int frame,
            @Column(Column.Style.HEX) long address,
            String where,
            KernelStack.Method method) {}

    enum Stack {
        KERNEL,
        USER,
        UNKNOWN
    }

    @Override
    public String name() {
        return "threads";
    }

    @Override
    public String summary() {
        return "threads with their state, and their stacks in the kernel and in user mode";
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public Stream<Row> run(KernelView kernel, Scope scope) {
        var run = new Run(kernel);
        return scope.processes(kernel).flatMap(run::process);
    }

    /** What is found once and used for all threads. */
    private static final class Run {
        private final KernelView kernel;
        private final KernelCode code;
        private final KernelStack stacks;
        private final ProcessImages.Cache files = new ProcessImages.Cache();

        Run(KernelView kernel) {
            this.kernel = kernel;
            code = new KernelCode(kernel);
            stacks = new KernelStack(kernel, code);
        }

        Stream<Row> process(Task process) {
            var images = kernel.tolerate("threads", process::memory)
                    .flatMap(memory -> memory)
                    .flatMap(memory -> kernel.tolerate("threads", () -> new ProcessImages(kernel, memory, files)));
            return process.threads()
                    .flatMap(thread -> kernel.tolerate("threads", () -> rows(thread, images.orElse(null))).stream())
                    .flatMap(List::stream);
        }

        private List<Row> rows(Task thread, ProcessImages images) {
            List<KernelStack.Frame> frames = stacks.frames(thread);
            Row first = new Row(
                    thread.tgid(),
                    thread.pid(),
                    thread.name(),
                    thread.state(),
                    waitsIn(thread, frames),
                    Stack.UNKNOWN,
                    0,
                    0,
                    "",
                    KernelStack.Method.REGISTERS);
            var rows = new ArrayList<Row>();
            for (KernelStack.Frame frame : frames) {
                rows.add(frame(first, Stack.KERNEL, rows.size(), frame, code.describe(frame.address())));
            }
            if (images != null) {
                stacks.userRegisters(thread).ifPresent(registers -> addUser(rows, first, images, registers));
            }
            return rows.isEmpty() ? List.of(first) : rows;
        }

        private static void addUser(
                List<Row> rows, Row first, ProcessImages images, KernelStack.UserRegisters registers) {
            long[] addresses = images.unwind(registers.pc(), registers.x(), MOST_USER_FRAMES);
            for (int i = 0; i < addresses.length; i++) {
                // A call at a function's very end returns into the next one.
                CodeAddress where = images.describe(i == 0 ? addresses[i] : addresses[i] - 1);
                var method = i == 0 ? KernelStack.Method.REGISTERS : KernelStack.Method.EH_FRAME;
                rows.add(frame(
                        first,
                        Stack.USER,
                        i,
                        new KernelStack.Frame(addresses[i], method),
                        new CodeAddress(
                                        addresses[i],
                                        where.image(),
                                        where.symbol(),
                                        where.offset() + addresses[i] - where.address())
                                .toString()));
            }
        }

        private static Row frame(Row first, Stack stack, int number, KernelStack.Frame frame, String where) {
            return new Row(
                    first.pid,
                    first.tid,
                    first.name,
                    first.state,
                    first.waitsIn,
                    stack,
                    number,
                    frame.address(),
                    where,
                    frame.method());
        }

        /** The innermost function that is not the scheduler's, of a thread that sleeps. */
        private String waitsIn(Task thread, List<KernelStack.Frame> frames) {
            if (thread.object().get("on_rq", 0) != 0 || thread.object().get("__state") == 0) {
                return "";
            }
            long start = kernel.symbols().find("__sched_text_start").orElse(0);
            long end = kernel.symbols().find("__sched_text_end").orElse(0);
            return frames.stream()
                    .map(KernelStack.Frame::address)
                    .filter(address -> address - start < 0 || address - end >= 0)
                    .findFirst()
                    .flatMap(code::at)
                    .map(KernelCode.Place::symbol)
                    .orElse("");
        }
    }
}

package dev.retrovisor.introspect.syscall;

import dev.retrovisor.introspect.event.Moment;
import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Who threads are on a kernel without types, as far as their own system calls tell: numbers by what fork, getpid and the
 * like return, as the process itself sees them, names by what is executed. What was not seen is 0, or empty.
 */
final class UntypedThreads {
    /** Called by a thread that makes another, with its task_struct. */
    private static final String NEW_THREAD = "wake_up_new_task";

    private static final int COMM_BYTES = 16;
    private static final int MOST_PATH_BYTES = 4096;

    /** include/uapi/linux/prctl.h, {@code PR_SET_NAME}. */
    private static final int SET_NAME = 15;

    /** include/uapi/linux/sched.h, {@code CLONE_THREAD}. */
    private static final long CLONE_THREAD = 0x10000;

    /** One thread. */
    private static final class Known implements Caller.Identity {
        private int pid;
        private int tid;
        private String comm = "";

        /** Of the program that it is about to execute, or of itself. */
        private String nextComm = "";

        /** What it has just made, until it knows the number. */
        private Known child;

        private boolean isChildThread;

        @Override
        public Moment moment(long step, long virtualNanos, int hart) {
            return new Moment(step, virtualNanos, hart, pid, tid, comm);
        }
    }

    private final Map<Long, Known> known = new HashMap<>();

    /** Begins to watch for new threads. */
    void begin(Watch watch) {
        watch.missing("processes' numbers and names that no system call tells, and what file descriptors are:"
                + " the kernel was built without BTF");
        watch.onFunction(NEW_THREAD, hart -> {
            Known parent = of(watch.machine().hart(hart).x(SyscallWatch.TP));
            var child = new Known();
            child.comm = parent.comm;
            known.put(watch.argument(hart, 0), child);
            parent.child = child;
        });
    }

    Known of(long task) {
        return known.computeIfAbsent(task, _ -> new Known());
    }

    /** A thread has ended; another may get its memory. */
    void forget(long task) {
        known.remove(task);
    }

    /** A call begins: what may be gone when it returns is read now. */
    void entered(long task, Call call, AddressSpace memory) {
        Known thread = of(task);
        long[] arguments = call.registers();
        thread.child = null;
        switch (call.signature().name()) {
            case "execve" -> thread.nextComm = programName(memory, arguments[0]);
            case "execveat" -> thread.nextComm = programName(memory, arguments[1]);
            case "prctl" ->
                thread.nextComm = (int) arguments[0] == SET_NAME ? text(memory, arguments[1], COMM_BYTES) : "";
            case "clone" -> thread.isChildThread = (arguments[0] & CLONE_THREAD) != 0;
            case "clone3" -> thread.isChildThread = (flags(memory, arguments[0]) & CLONE_THREAD) != 0;
            default -> {}
        }
    }

    /** A call has returned. */
    void returned(long task, Call call, long result) {
        Known thread = of(task);
        if (CallText.isError(result)) {
            return;
        }
        switch (call.signature().name()) {
            case "execve", "execveat" -> {
                rename(thread);
                thread.tid = thread.pid;
            }
            case "prctl" -> rename(thread);
            case "clone", "clone3" -> made(thread, (int) result);
            case "getpid" -> thread.pid = (int) result;
            case "gettid" -> thread.tid = (int) result;
            case "set_tid_address" -> {
                // C libraries call it when a program starts, by its first thread.
                thread.tid = (int) result;
                thread.pid = thread.pid == 0 ? thread.tid : thread.pid;
            }
            default -> {}
        }
    }

    private static void rename(Known thread) {
        if (!thread.nextComm.isEmpty()) {
            thread.comm = thread.nextComm;
        }
    }

    private static void made(Known parent, int number) {
        if (parent.child != null) {
            parent.child.tid = number;
            parent.child.pid = parent.isChildThread ? parent.pid : number;
            parent.child = null;
        }
    }

    private static long flags(AddressSpace memory, long arguments) {
        return memory.isMapped(arguments) ? memory.readLong(arguments) : 0;
    }

    /** As the kernel names a process after its program. */
    private static String programName(AddressSpace memory, long path) {
        String text = text(memory, path, MOST_PATH_BYTES);
        String name = text.substring(text.lastIndexOf('/') + 1);
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        return bytes.length < COMM_BYTES ? name : new String(bytes, 0, COMM_BYTES - 1, StandardCharsets.UTF_8);
    }

    private static String text(AddressSpace memory, long address, int mostBytes) {
        try {
            return memory.readString(address, mostBytes);
        } catch (MemoryFault _) {
            return "";
        }
    }
}

package dev.retrovisor.introspect.process;

import dev.retrovisor.introspect.event.GuestEvent;
import dev.retrovisor.introspect.event.Moment;
import dev.retrovisor.introspect.inspect.Column;
import java.util.List;

/** Something in the life of a process or thread. All numbers are those of the initial namespace. */
public sealed interface ProcessEvent extends GuestEvent {
    @Override
    default String stream() {
        return "process";
    }

    /**
     * A thread makes another, which has not run yet.
     *
     * @param childPid the process that the new thread belongs to: its own, or the maker's
     * @param flags the {@code CLONE_} bits
     */
    record Forked(
            Moment at,
            Kind kind,
            int childPid,
            int childTid,
            @Column(Column.Style.HEX) long flags) implements ProcessEvent {
        /** What was made. */
        public enum Kind {
            /** A process with memory of its own. */
            PROCESS,
            /** A process that has its maker's memory until it executes a program, while its maker waits. */
            VFORK,
            THREAD,
            KERNEL_THREAD;

            private String words() {
                return switch (this) {
                    case PROCESS -> "process";
                    case VFORK -> "process (vfork)";
                    case THREAD -> "thread";
                    case KERNEL_THREAD -> "kernel thread";
                };
            }
        }

        @Override
        public String type() {
            return "fork";
        }

        @Override
        public String summary() {
            return "%s %d".formatted(kind.words(), childTid);
        }
    }

    /**
     * A process runs another program from now on.
     *
     * @param path as it was given
     * @param interpreter what runs it, if it is a script; else the same
     * @param arguments as the program gets them, the first is its name for itself
     */
    record Executed(Moment at, String path, String interpreter, List<String> arguments) implements ProcessEvent {
        @Override
        public String type() {
            return "exec";
        }

        @Override
        public String summary() {
            return path + " " + arguments;
        }
    }

    /**
     * A thread ends.
     *
     * @param code what it gave, if no signal ended it
     * @param signal what ended it, or 0
     * @param coreDumped whether its memory was written out
     * @param isLast whether its process ends with it
     */
    record Exited(Moment at, int code, int signal, boolean coreDumped, boolean isLast) implements ProcessEvent {
        @Override
        public String type() {
            return "exit";
        }

        @Override
        public String summary() {
            String how =
                    signal == 0 ? "code " + code : "killed by signal " + signal + (coreDumped ? ", core dumped" : "");
            return isLast ? how : how + ", its process goes on";
        }
    }

    /** A thread gets another name: by itself, by a program that it executes, or by another thread. */
    record Renamed(Moment at, int pid, int tid, String oldName, String newName) implements ProcessEvent {
        @Override
        public String type() {
            return "rename";
        }

        @Override
        public String summary() {
            return "%d %s -> %s".formatted(tid, oldName, newName);
        }
    }

    /** The kernel forgets a thread that has ended: its parent has asked for it, or nobody wanted to. */
    record Reaped(Moment at, int pid, int tid, String name) implements ProcessEvent {
        @Override
        public String type() {
            return "reap";
        }

        @Override
        public String summary() {
            return "%d %s".formatted(tid, name);
        }
    }
}

package dev.retrovisor.introspect.syscall;

import dev.retrovisor.introspect.event.EventStream;
import dev.retrovisor.introspect.event.Watch;

/** The system calls of all processes, as {@code strace -f -yy} has them. */
public final class SyscallStream implements EventStream {
    @Override
    public String name() {
        return "syscall";
    }

    @Override
    public String summary() {
        return "system calls with decoded arguments and results, like strace -f -yy of the whole machine";
    }

    @Override
    public void watch(Watch watch) {
        new SyscallWatch(watch, new SyscallTable(Uapi.load())).begin();
    }
}

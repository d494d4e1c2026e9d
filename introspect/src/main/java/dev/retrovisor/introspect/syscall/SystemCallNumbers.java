package dev.retrovisor.introspect.syscall;

import java.util.List;
import java.util.OptionalLong;

/** The numbers of Linux's system calls on riscv64, by their names. */
public final class SystemCallNumbers {
    private final NameSet calls = Uapi.load().set("syscalls");

    /** The number of a call; empty if there is none of that name. */
    public OptionalLong find(String name) {
        return calls.valueOf(name);
    }

    /** All names. */
    public List<String> names() {
        return calls.names();
    }
}

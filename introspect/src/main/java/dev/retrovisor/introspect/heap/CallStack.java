package dev.retrovisor.introspect.heap;

import dev.retrovisor.introspect.elf.CodeAddress;
import java.util.List;
import java.util.stream.Collectors;

/** Where a call came from, innermost first: return addresses. Equal stacks of one process are the same object. */
public record CallStack(List<CodeAddress> frames) {
    public static final CallStack NONE = new CallStack(List.of());

    /** {@code main+0x1c (/bin/program) < __libc_start_main+0x80 (...)}. */
    @Override
    public String toString() {
        return frames.stream().map(CodeAddress::toString).collect(Collectors.joining(" < "));
    }
}

package dev.retrovisor.testkit.debian;

import dev.retrovisor.introspect.kernel.KernelFacts;
import dev.retrovisor.machine.board.PagingMode;
import java.nio.file.Path;

/**
 * The guest that is broken into: the module {@code testkit/src/main/guest/rootkit} hides a process from the list of tasks
 * and another from all lists, puts itself into the table of system calls, patches the kernel's text, leaks kernel memory,
 * uses some that it freed, and frees some twice. It says so in the kernel's log.
 */
public final class RootkitGuest {
    /** Behind this line all is done. */
    public static final String MARKER = "@@ broken into";

    private RootkitGuest() {}

    /** @param kernel what the guest's kernel says of itself */
    public static Recording recorded(KernelFacts kernel, int harts, PagingMode paging) {
        Path source = ProgramGuest.module().resolve("src/main/guest/rootkit/rootkit.c");
        Path module = new KernelModuleBuilder(DebianRun.guest(), kernel)
                .build(source, ProgramGuest.module().resolve("target/guest-programs"));
        return new ProgramGuest("rootkit", """
                        /victim victim-listed &
                        /victim victim-number &
                        sleep 0.1
                        insmod /rootkit.ko || exit 1
                        echo "@@ ps"
                        ps -o pid,comm
                        echo "@@ broken into"
                        dmesg | grep rootkit
                        """)
                .program("victim", "victim")
                .file("rootkit.ko", module)
                .recorded(harts, paging);
    }
}

package dev.retrovisor.testkit.debian;

import dev.retrovisor.machine.board.PagingMode;

/**
 * The guest that leaks: {@code testkit/src/main/guest/heap} leaks, frees twice and uses what is freed, and says so; once
 * linked statically, with frame pointers, and once as Debian links, with its C library and without.
 */
public final class HeapGuest {
    private HeapGuest() {}

    public static Recording recorded(int harts, PagingMode paging) {
        return new ProgramGuest("heap", """
                        /heap-static
                        /heap-dynamic
                        """)
                .program("heap-static", "heap", "-pthread", "-fno-omit-frame-pointer")
                .dynamicProgram("heap-dynamic", "heap", "-pthread", "-g")
                .archive(DebianTools.cpio())
                .recorded(harts, paging);
    }
}

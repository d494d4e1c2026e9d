package dev.retrovisor.testkit.debian;

import dev.retrovisor.machine.board.PagingMode;

/**
 * The guest that is looked at: {@code testkit/src/main/guest/look} brings processes into every state worth looking at,
 * prints what the kernel says of itself behind the line {@link #MARKER}, and ends with acts in a known order.
 */
public final class LookGuest {
    /** Right behind this line the machine is as {@link Truth} says. */
    public static final String MARKER = "@@ look here";

    private LookGuest() {}

    public static Recording recorded(int harts, PagingMode paging) {
        return new ProgramGuest("look", "exec /look\n")
                .program("look", "look", "-pthread")
                .recorded(harts, paging);
    }
}

package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.UserMistake;
import dev.retrovisor.cli.prompt.CommandRow.Group;
import dev.retrovisor.cli.prompt.Syntax.Kind;
import dev.retrovisor.replayer.timeline.Triggers;
import java.util.Locale;

/** Sets a watchpoint. */
final class WatchCommand implements PromptCommand {
    static final int USUAL_BYTES = 8;
    static final int MOST_BYTES = 1 << 20;

    @Override
    public CommandRow row() {
        return CommandRow.of(
                        "watch",
                        Group.STOPPING,
                        "stop where memory is written, read or changed, by whomever and through whatever address",
                        StopFilter.options(Syntax.of()
                                .needs("WHAT", Kind.ADDRESS)
                                .takesOneOf("HOW", "change", "write", "read", "access")
                                .option("length", "BYTES", Kind.NUMBER)))
                .example("watch current->comm", "where the name of this thread changes")
                .example("watch jiffies_64 write", "each write, also of the same value")
                .example("watch 0x88001000 access length 64", "by physical address");
    }

    @Override
    public Reply run(Session session, Arguments arguments) {
        Guest guest = session.guest();
        String what = arguments.get("WHAT");
        Guest.Piece piece = guest.piece(what);
        int length = length(piece, arguments);
        long physical = guest.physical(piece.address());
        if (!guest.view().memory().contains(physical, length)) {
            throw new UserMistake("physical 0x%x: not in RAM".formatted(physical));
        }
        String how = arguments.find("HOW").orElse("change");
        StopFilter filter = StopFilter.of(guest, arguments);
        String words = "%s of %s, %d bytes at physical 0x%x%s".formatted(how, what, length, physical, filter.words());
        return StopList.added(
                session,
                "watchpoint",
                words,
                Triggers.memory(
                        physical,
                        length,
                        Triggers.AccessKind.valueOf(how.toUpperCase(Locale.ROOT)),
                        access -> filter.takes(access.hart())),
                filter);
    }

    /** What is said, else the whole thing, else a word; never beyond the page, behind which another may lie. */
    static int length(Guest.Piece piece, Arguments arguments) {
        long usual = piece.lengthBytes() == 0 ? USUAL_BYTES : piece.lengthBytes();
        long length = arguments.count("length", usual);
        long inPage = 4096 - (piece.address() & 4095);
        if (length > inPage && arguments.has("length")) {
            throw new UserMistake("length %,d: only %d bytes are left in the page, behind which lies another"
                    .formatted(length, inPage));
        }
        return (int) Math.min(length, inPage);
    }
}

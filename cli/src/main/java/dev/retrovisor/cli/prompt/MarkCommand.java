package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.GuestText;
import dev.retrovisor.cli.UserMistake;
import dev.retrovisor.cli.prompt.Bookmarks.Bookmark;
import dev.retrovisor.cli.prompt.CommandRow.Group;
import dev.retrovisor.cli.prompt.Syntax.Kind;
import dev.retrovisor.traces.Position;
import java.util.Optional;

/** Remembers a position by a name, or a note at it. */
final class MarkCommand implements PromptCommand {
    private static final String NAME = "[A-Za-z_][\\w.-]{0,63}";

    private final CommandRow row;
    private final boolean hasName;

    private MarkCommand(CommandRow row, boolean hasName) {
        this.row = row;
        this.hasName = hasName;
    }

    static PromptCommand mark() {
        return new MarkCommand(
                CommandRow.of(
                                "mark",
                                Group.KEEPING,
                                "remember this position by a name, in the trace",
                                Syntax.of().needs("NAME", Kind.WORD).takes("NOTE", Kind.TEXT))
                        .example("mark leak here the buffer is lost", "then 'go leak', also another day"),
                true);
    }

    static PromptCommand note() {
        return new MarkCommand(
                CommandRow.of(
                                "note",
                                Group.KEEPING,
                                "keep a note at this position, in the trace",
                                Syntax.of().needs("NOTE", Kind.TEXT))
                        .example("note sh waits for its child", "'marks' shows it"),
                false);
    }

    @Override
    public CommandRow row() {
        return row;
    }

    @Override
    public Reply run(Session session, Arguments arguments) {
        String name = hasName ? arguments.get("NAME") : "";
        boolean isPlace = hasName && !name.matches(NAME);
        if (isPlace || name.equals("start") || name.equals("end")) {
            throw new UserMistake("'%s' is no name for a bookmark: give letters, digits and _ . -, a letter first"
                    .formatted(GuestText.printable(name)));
        }
        Position here = session.position();
        Optional<Bookmark> before = session.bookmarks().find(name);
        var bookmark = new Bookmark(
                name, here.step(), here.virtualNanos(), arguments.find("NOTE").orElse(""));
        session.bookmarks().add(bookmark);
        String replaced = before.isPresent()
                ? ", was at step %,d before".formatted(before.get().step())
                : "";
        return new Reply.Facts(
                "%s at step %,d%s".formatted(hasName ? "'" + name + "' is" : "noted", here.step(), replaced), bookmark);
    }
}

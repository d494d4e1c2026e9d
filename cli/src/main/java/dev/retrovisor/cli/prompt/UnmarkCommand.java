package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.NearWords;
import dev.retrovisor.cli.UserMistake;
import dev.retrovisor.cli.prompt.CommandRow.Group;
import dev.retrovisor.cli.prompt.Syntax.Kind;
import java.util.List;

/** Forgets a bookmark or a note. */
final class UnmarkCommand implements PromptCommand {
    @Override
    public CommandRow row() {
        return CommandRow.of(
                        "unmark",
                        Group.KEEPING,
                        "forget a bookmark by its name, or a note by its number in 'marks'",
                        Syntax.of().needs("NAME|NUMBER", Kind.BOOKMARK))
                .example("unmark leak", "the position itself stays");
    }

    @Override
    public Reply run(Session session, Arguments arguments) {
        String word = arguments.get("NAME|NUMBER");
        Bookmarks bookmarks = session.bookmarks();
        List<Bookmarks.Bookmark> all = bookmarks.all();
        boolean isNumber =
                word.matches("[0-9]{1,6}") && Integer.parseInt(word) >= 1 && Integer.parseInt(word) <= all.size();
        Bookmarks.Bookmark meant =
                bookmarks.find(word).orElseGet(() -> isNumber ? all.get(Integer.parseInt(word) - 1) : null);
        if (meant == null) {
            throw new UserMistake(
                    "there is no bookmark '%s'%s".formatted(word, NearWords.hint(word, bookmarks.names())));
        }
        bookmarks.remove(meant);
        return new Reply.Facts("forgotten", meant);
    }
}

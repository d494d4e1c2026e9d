package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.prompt.CommandRow.Group;
import dev.retrovisor.introspect.inspect.Column;
import java.util.ArrayList;
import java.util.List;

/** Lists bookmarks and notes. */
final class MarksCommand implements PromptCommand {
    private record Row(
            int number,
            String name,
            long step,
            @Column(Column.Style.NANOS) long virtualNanos,
            String note) {}

    @Override
    public CommandRow row() {
        return CommandRow.of("marks", Group.KEEPING, "list the bookmarks and notes of this trace", Syntax.of());
    }

    @Override
    public Reply run(Session session, Arguments arguments) {
        List<Bookmarks.Bookmark> all = session.bookmarks().all();
        var rows = new ArrayList<Row>();
        for (Bookmarks.Bookmark each : all) {
            rows.add(new Row(rows.size() + 1, each.name(), each.step(), each.virtualNanos(), each.note()));
        }
        return Reply.rows(Row.class, rows, "no bookmarks: 'mark NAME' keeps this position");
    }
}

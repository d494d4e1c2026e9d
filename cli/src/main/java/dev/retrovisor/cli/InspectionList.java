package dev.retrovisor.cli;

import dev.retrovisor.introspect.inspect.Inspection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The inspections that there are, for people and programs. */
public final class InspectionList {
    private static final int SCHEMA_VERSION = 1;

    private final List<Inspection<?>> all;

    public InspectionList(List<Inspection<?>> all) {
        this.all = all;
    }

    /** @throws UserMistake if there is none of that name */
    public Inspection<?> named(String name) {
        Optional<Inspection<?>> found =
                all.stream().filter(each -> each.name().equals(name)).findFirst();
        return found.orElseThrow(() -> new UserMistake("there is no inspection '%s'%s; 'retrovisor inspect' lists them"
                .formatted(name, NearWords.hint(name, names()))));
    }

    public List<String> names() {
        return all.stream().map(Inspection::name).toList();
    }

    /** What {@code --format json} prints. */
    private record Listing(List<Entry> inspections) {
        private record Entry(String name, String summary, List<String> columns) {}
    }

    public void print(Screen screen, boolean asTable) {
        if (!asTable) {
            var entries = all.stream()
                    .map(each ->
                            new Listing.Entry(each.name(), each.summary(), RowCsv.names(RowShape.of(each.rowType()))))
                    .toList();
            screen.out().println(Json.of("inspections", SCHEMA_VERSION, new Listing(entries)));
            return;
        }
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("INSPECTION", "WHAT IT SHOWS"));
        all.forEach(each -> rows.add(List.of(each.name(), each.summary())));
        List<String> lines = Text.columns(rows);
        screen.out().println(screen.bold(lines.getFirst()));
        lines.stream().skip(1).forEach(screen.out()::println);
    }
}

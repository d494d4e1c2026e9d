package dev.retrovisor.cli;

import dev.retrovisor.introspect.event.EventStream;
import dev.retrovisor.introspect.event.EventStreams;
import dev.retrovisor.introspect.event.GuestEvent;
import dev.retrovisor.introspect.filter.Filter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The event streams that there are, for people and programs. */
public final class StreamList {
    private static final int SCHEMA_VERSION = 1;
    private static final int LINE_COLUMNS = 90;

    private StreamList() {}

    static final class Names extends Words {
        Names() {
            super(names().toArray(String[]::new));
        }
    }

    public static List<String> names() {
        return EventStreams.all().stream().map(EventStream::name).toList();
    }

    /**
     * Streams by their names, each once.
     *
     * @throws UserMistake if there is none of a name
     */
    public static List<EventStream> named(List<String> names) {
        var found = new LinkedHashSet<EventStream>();
        for (String name : names) {
            found.add(EventStreams.named(name)
                    .orElseThrow(() -> new UserMistake("there is no event stream '%s'%s; 'retrovisor events' lists them"
                            .formatted(name, NearWords.hint(name, names())))));
        }
        return List.copyOf(found);
    }

    /** A filter for what some streams emit; without an expression, everything. */
    public static Predicate<GuestEvent> filter(Optional<String> expression, List<EventStream> streams) {
        if (expression.isEmpty()) {
            return Filter.EVERYTHING;
        }
        boolean anyName =
                streams.stream().anyMatch(stream -> stream.eventTypes().isEmpty());
        return anyName
                ? Filter.parse(expression.get())
                : Filter.parse(
                        expression.get(),
                        streams.stream()
                                .flatMap(stream -> stream.eventTypes().stream())
                                .toList());
    }

    /** What {@code --format json} prints. */
    private record Listing(List<Entry> streams) {
        private record Entry(String name, String summary, List<String> types, List<String> fields) {}
    }

    public static void print(Screen screen, boolean asTable) {
        if (!asTable) {
            var entries = EventStreams.all().stream()
                    .map(each -> new Listing.Entry(each.name(), each.summary(), each.eventWords(), fields(each)))
                    .toList();
            screen.out().println(Json.of("streams", SCHEMA_VERSION, new Listing(entries)));
            return;
        }
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("STREAM", "WHAT IT TELLS"));
        for (EventStream each : EventStreams.all()) {
            rows.add(List.of(each.name(), each.summary()));
            if (!each.eventWords().isEmpty()) {
                wrapped(each.eventWords()).forEach(line -> rows.add(List.of("", line)));
            }
        }
        List<String> lines = Text.columns(rows);
        screen.out().println(screen.bold(lines.getFirst()));
        lines.stream().skip(1).forEach(screen.out()::println);
    }

    private static List<String> wrapped(List<String> words) {
        var lines = new ArrayList<String>();
        var line = new StringBuilder();
        for (String word : words) {
            if (line.length() + word.length() >= LINE_COLUMNS) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    /** The components of a stream's events, but for the moment that all have. */
    public static List<String> fields(EventStream stream) {
        return stream.eventTypes().stream()
                .filter(Class::isRecord)
                .flatMap(type -> RowCsv.names(RowShape.of(type.asSubclass(Record.class))).stream())
                .filter(name -> !name.equals("at"))
                .distinct()
                .sorted()
                .toList();
    }
}

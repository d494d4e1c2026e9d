package dev.retrovisor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.retrovisor.introspect.event.EventStream;
import dev.retrovisor.introspect.event.EventStreams;
import dev.retrovisor.introspect.filter.Comparison;
import dev.retrovisor.introspect.filter.FieldWord;
import dev.retrovisor.introspect.inspect.Inspection;
import dev.retrovisor.introspect.inspect.Inspections;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The lists in docs/inspect.md are the code's. {@code -Dretrovisor.regenerate=true} writes them. */
class InspectPageTest {
    private static final Path PAGE = Repository.root().resolve("docs/inspect.md");

    @Test
    void thePageListsWhatThereIs() throws IOException {
        String page = Files.readString(PAGE);
        String right = withLists(page);
        if (Boolean.getBoolean("retrovisor.regenerate")) {
            Files.writeString(PAGE, right);
            return;
        }
        assertEquals(right, page, "docs/inspect.md is out of date: run this test with -Dretrovisor.regenerate=true");
    }

    /** Each list stands between {@code <!-- list NAME -->} and {@code <!-- end -->}. */
    private static String withLists(String page) {
        String done = page;
        for (Map.Entry<String, List<String>> list : lists().entrySet()) {
            String begin = "<!-- list " + list.getKey() + " -->\n";
            int start = done.indexOf(begin) + begin.length();
            int end = done.indexOf("<!-- end -->", start);
            done = done.substring(0, start) + String.join("\n", list.getValue()) + "\n" + done.substring(end);
        }
        return done;
    }

    private static Map<String, List<String>> lists() {
        var lists = new LinkedHashMap<String, List<String>>();
        lists.put("inspections", inspections());
        lists.put("streams", streams());
        lists.put("fields", fields());
        lists.put("operators", operators());
        return lists;
    }

    private static List<String> inspections() {
        var rows = new ArrayList<>(List.of("| name | what it shows | columns |", "| --- | --- | --- |"));
        for (Inspection<?> each : Inspections.all()) {
            rows.add("| `%s` | %s | %s |"
                    .formatted(each.name(), each.summary(), words(RowCsv.names(RowShape.of(each.rowType())))));
        }
        return rows;
    }

    private static List<String> streams() {
        var rows = new ArrayList<>(List.of("| name | what it tells | types | fields |", "| --- | --- | --- | --- |"));
        for (EventStream each : EventStreams.all()) {
            rows.add("| `%s` | %s | %s | %s |"
                    .formatted(each.name(), each.summary(), words(each.eventWords()), words(StreamList.fields(each))));
        }
        return rows;
    }

    private static String words(List<String> words) {
        return words.isEmpty()
                ? "many"
                : words.stream().map(word -> "`" + word + "`").collect(Collectors.joining(" "));
    }

    private static List<String> fields() {
        var rows = new ArrayList<>(List.of("| field | what it is |", "| --- | --- |"));
        for (FieldWord each : FieldWord.values()) {
            rows.add("| `%s` | %s |".formatted(each.word(), each.summary()));
        }
        rows.add("| `evt.arg.NAME` | an argument by its name |");
        return rows;
    }

    private static List<String> operators() {
        var rows = new ArrayList<>(List.of("| operator | holds if the field is |", "| --- | --- |"));
        for (Comparison each : Comparison.values()) {
            rows.add("| `%s` | %s |".formatted(each.word(), each.summary()));
        }
        return rows;
    }
}

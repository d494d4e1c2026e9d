package dev.retrovisor.cli;

import com.google.gson.JsonObject;
import dev.retrovisor.introspect.event.GuestEvent;
import dev.retrovisor.introspect.event.Moment;
import dev.retrovisor.introspect.inspect.Column;
import dev.retrovisor.traces.Position;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Prints events as they come, in constant memory: they are gathered in a buffer that is written when it is full and
 * whenever {@link #flush} is called.
 */
public final class EventPrinter {
    public static final int SCHEMA_VERSION = 1;

    private static final int BUFFERED_CHARACTERS = 1 << 16;
    private static final int NAME_PLACES = 15;
    private static final int TYPE_PLACES = 6;
    private static final int STREAM_PLACES = 7;
    private static final List<String> CSV_NAMES =
            List.of("step", "virtualNanos", "hart", "pid", "tid", "name", "stream", "type", "summary", "facts");

    private final PrintStream to;
    private final RowFormat format;
    private final boolean severalStreams;
    private final boolean dimmed;
    private final RowJson json;
    private final StringBuilder buffer = new StringBuilder();
    private long printed;

    /**
     * @param to where the events go
     * @param dimmed whether that shows colour
     */
    public EventPrinter(PrintStream to, boolean dimmed, RowFormat format, boolean severalStreams) {
        this.to = to;
        this.format = format;
        this.severalStreams = severalStreams;
        this.dimmed = dimmed;
        json = new RowJson(to);
    }

    /** Before the first event. */
    public void begin(String guest, List<String> streams) {
        switch (format) {
            case TABLE -> {
                String heading = "%12s  %5s  %s  %s".formatted("TIME", "TID", padded("NAME", NAME_PLACES), "EVENT");
                line(dimmed ? "\u001b[1m" + heading + "\u001b[0m" : heading);
            }
            case JSON -> {
                var head = new JsonObject();
                head.addProperty("schema", "retrovisor.events");
                head.addProperty("schemaVersion", SCHEMA_VERSION);
                head.addProperty("trace", guest);
                head.add("streams", RowJson.value(streams, Column.Style.PLAIN));
                String opened = json.line(head);
                buffer.append(opened, 0, opened.length() - 1).append(",\"events\":[");
            }
            case JSONL -> {}
            case CSV -> buffer.append(RowCsv.heading(CSV_NAMES));
        }
    }

    public long printed() {
        return printed;
    }

    public void print(GuestEvent event) {
        switch (format) {
            case TABLE -> line(forPeople(event));
            case JSON ->
                buffer.append(printed == 0 ? "" : ",")
                        .append(System.lineSeparator())
                        .append(json.line(facts(event)));
            case JSONL -> line(json.line(facts(event)));
            case CSV -> csv(event);
        }
        printed++;
        if (buffer.length() >= BUFFERED_CHARACTERS) {
            write();
        }
    }

    private String forPeople(GuestEvent event) {
        Moment at = event.at();
        String time = String.format(Locale.ROOT, "%12.6f", at.virtualNanos() / 1e9);
        String what = severalStreams ? padded(event.stream(), STREAM_PLACES) + "  " : "";
        return "%s  %5d  %s  %s"
                .formatted(
                        dimmed ? "\u001b[2m" + time + "\u001b[0m" : time,
                        at.tid(),
                        padded(GuestText.shown(at.comm()), NAME_PLACES),
                        what + GuestText.printable(told(event)));
    }

    /** The summary, after the event's word where that is not its first. */
    private static String told(GuestEvent event) {
        String type = event.type();
        String summary = event.summary();
        boolean saysIt = summary.startsWith(type)
                && (summary.length() == type.length() || !Character.isLetterOrDigit(summary.charAt(type.length())));
        return saysIt ? summary : padded(type, TYPE_PLACES) + " " + summary;
    }

    private static String padded(String text, int places) {
        return text + " ".repeat(Math.max(0, places - GuestText.width(text)));
    }

    private static JsonObject facts(GuestEvent event) {
        var facts = new JsonObject();
        facts.addProperty("stream", event.stream());
        facts.addProperty("type", event.type());
        facts.add("at", RowJson.of(event.at()));
        facts.addProperty("summary", event.summary());
        if (event instanceof Record record) {
            RowJson.of(record).entrySet().forEach(field -> {
                if (!facts.has(field.getKey())) {
                    facts.add(field.getKey(), field.getValue());
                }
            });
        }
        return facts;
    }

    private void csv(GuestEvent event) {
        Moment at = event.at();
        JsonObject facts = facts(event);
        List.of("stream", "type", "at", "summary").forEach(facts::remove);
        var cells = new ArrayList<String>();
        for (long number : new long[] {at.step(), at.virtualNanos(), at.hart(), at.pid(), at.tid()}) {
            cells.add(Long.toString(number));
        }
        for (String text : List.of(at.comm(), event.stream(), event.type())) {
            cells.add(RowCsv.tame(GuestText.shown(text)));
        }
        cells.add(RowCsv.tame(GuestText.printable(event.summary())));
        cells.add(json.line(facts));
        buffer.append(RowCsv.line(cells));
    }

    private void line(String text) {
        buffer.append(text).append(System.lineSeparator());
    }

    /** After the last event. */
    public void end(Position from, Position to, List<String> notes, DamageReport damage) {
        if (format == RowFormat.TABLE && printed == 0) {
            line("(nothing)");
        }
        if (format == RowFormat.JSON) {
            var tail = new JsonObject();
            tail.add("from", position(from));
            tail.add("to", position(to));
            tail.add("notes", RowJson.value(notes, Column.Style.PLAIN));
            tail.add("damage", RowJson.of(damage));
            line("");
            line("]," + json.line(tail).substring(1));
        }
        flush();
    }

    private static JsonObject position(Position position) {
        var json = new JsonObject();
        json.addProperty("step", position.step());
        json.addProperty("virtualNanos", position.virtualNanos());
        return json;
    }

    /** Writes what is gathered. */
    public void flush() {
        write();
        to.flush();
    }

    private void write() {
        if (!buffer.isEmpty()) {
            to.print(buffer);
            buffer.setLength(0);
        }
    }

    /** Whether whoever read has gone. */
    public boolean isClosed() {
        return to.checkError();
    }
}

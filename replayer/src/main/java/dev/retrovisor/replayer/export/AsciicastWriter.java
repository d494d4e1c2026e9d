package dev.retrovisor.replayer.export;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.event.InputEvent;
import dev.retrovisor.replayer.ReplayTap;
import dev.retrovisor.traces.EventCursor;
import dev.retrovisor.traces.TraceReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes what the guest's consoles showed, and what was typed, as an asciicast of version 2: a header, then a line for each
 * piece with its virtual time in seconds. All consoles are in it, as {@code replay --console} shows them.
 */
public final class AsciicastWriter implements ReplayTap {
    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    private final Writer out;
    private final long startNanos;
    private final Map<Integer, Utf8> outputs = new HashMap<>();
    private final Map<Integer, Utf8> inputs = new HashMap<>();
    private long events;

    /** A terminal's size in character cells. */
    public record Size(int columns, int rows) {
        /** What terminals have by default. */
        private static final Size USUAL = new Size(80, 24);

        /** The size that the terminal had first when a trace was recorded; the usual one if it was none. */
        public static Size of(TraceReader trace) {
            try (EventCursor<InputEvent> inputs = trace.inputs()) {
                for (InputEvent input = inputs.next(); input != null; input = inputs.next()) {
                    if (input instanceof InputEvent.ConsoleResize(long _, long _, int _, int columns, int rows)) {
                        return new Size(columns, rows);
                    }
                }
            }
            return USUAL;
        }
    }

    /**
     * Begins a file.
     *
     * @param out is not closed
     * @param startNanos virtual time at which the trace begins, and the file's
     */
    public AsciicastWriter(Writer out, Size size, WallClockBase clock, long startNanos, String title) {
        this.out = out;
        this.startNanos = startNanos;
        var header = new JsonObject();
        header.addProperty("version", 2);
        header.addProperty("width", size.columns());
        header.addProperty("height", size.rows());
        header.addProperty("timestamp", Math.floorDiv(clock.epochNanos(startNanos), 1_000_000_000L));
        header.addProperty("title", title);
        line(GSON.toJson(header));
    }

    /** How many pieces were written. */
    public long events() {
        return events;
    }

    @Override
    public void out(DeviceEvent event, long virtualNanos) {
        if (event instanceof DeviceEvent.ConsoleOutput(long _, int console, byte[] bytes)) {
            event(
                    virtualNanos,
                    "o",
                    outputs.computeIfAbsent(console, _ -> new Utf8()).decode(bytes));
        }
    }

    @Override
    public void in(InputEvent event) {
        switch (event) {
            case InputEvent.ConsoleInput(long _, long virtualNanos, int console, byte[] bytes) ->
                event(
                        virtualNanos,
                        "i",
                        inputs.computeIfAbsent(console, _ -> new Utf8()).decode(bytes));
            case InputEvent.ConsoleResize(long _, long virtualNanos, int _, int columns, int rows) ->
                event(virtualNanos, "r", columns + "x" + rows);
            case InputEvent.FrameArrival _,
                    InputEvent.WallClock _,
                    InputEvent.EntropySeed _,
                    InputEvent.Operator _,
                    InputEvent.Poke _ -> {}
        }
    }

    private void event(long virtualNanos, String code, String data) {
        if (!data.isEmpty()) {
            long nanos = virtualNanos - startNanos;
            line("[%d.%06d, \"%s\", %s]"
                    .formatted(nanos / 1_000_000_000, nanos % 1_000_000_000 / 1_000, code, GSON.toJson(data)));
            events++;
        }
    }

    private void line(String json) {
        try {
            out.write(json + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A stream of UTF-8 that arrives in pieces; what is none becomes replacement characters. */
    private static final class Utf8 {
        private final CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);

        /** The first bytes of a character whose others are yet to come. */
        private byte[] begun = new byte[0];

        String decode(byte[] bytes) {
            ByteBuffer joined = ByteBuffer.allocate(begun.length + bytes.length)
                    .put(begun)
                    .put(bytes)
                    .flip();
            CharBuffer characters = CharBuffer.allocate(joined.remaining());
            decoder.decode(joined, characters, false);
            begun = new byte[joined.remaining()];
            joined.get(begun);
            return characters.flip().toString();
        }
    }
}

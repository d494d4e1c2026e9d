package dev.retrovisor.testkit.debian;

import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.traces.TraceEntry;
import dev.retrovisor.traces.TraceReader;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A trace with what its guest said on the serial port, and when.
 *
 * @param console the output without carriage returns
 * @param lines where each line of it ends
 */
public record Recording(Path trace, String console, List<Line> lines) {
    /** A line that the guest printed; {@code entry} of the events log brought its end. */
    public record Line(String text, long entry, long step) {}

    /** Reads the console's output out of a trace. */
    public static Recording of(Path trace) {
        var console = new StringBuilder();
        var line = new ByteArrayOutputStream();
        List<Line> lines = new ArrayList<>();
        try (TraceReader reader = TraceReader.open(trace);
                var events = reader.events()) {
            for (TraceEntry entry = events.next(); entry != null; entry = events.next()) {
                if (entry instanceof TraceEntry.Device(DeviceEvent.ConsoleOutput(long step, int port, byte[] bytes))
                        && port == 0) {
                    for (byte each : bytes) {
                        if (each == '\n') {
                            String text = line.toString(StandardCharsets.UTF_8);
                            console.append(text).append('\n');
                            lines.add(new Line(text, events.ordinal() - 1, step));
                            line.reset();
                        } else if (each != '\r') {
                            line.write(each);
                        }
                    }
                }
            }
        }
        return new Recording(trace, console.toString(), List.copyOf(lines));
    }

    /** The moment right behind the first line that begins with some text. */
    public ReplayTarget behind(String lineStart) {
        return new ReplayTarget.Event(line(lineStart).entry());
    }

    /** The first line that begins with some text. */
    public Line line(String lineStart) {
        return lines.stream()
                .filter(line -> line.text().startsWith(lineStart))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the guest printed no line '%s'".formatted(lineStart)));
    }
}

package dev.retrovisor.replayer.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.event.InputEvent;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Consoles as asciinema plays them: asciicast version 2. */
class AsciicastWriterTest {
    private final StringWriter text = new StringWriter();
    private final AsciicastWriter writer = new AsciicastWriter(
            text, new AsciicastWriter.Size(100, 30), WallClockBase.at(1_700_000_000_999_999_999L), 0, "a \"guest\"");

    private List<JsonArray> events() {
        return text.toString()
                .lines()
                .skip(1)
                .map(line -> JsonParser.parseString(line).getAsJsonArray())
                .toList();
    }

    private void out(long nanos, int console, byte[] bytes) {
        writer.out(new DeviceEvent.ConsoleOutput(1, console, bytes), nanos);
    }

    @Test
    void theHeaderSaysSizeAndTime() {
        JsonObject header = JsonParser.parseString(
                        text.toString().lines().findFirst().orElseThrow())
                .getAsJsonObject();

        assertThat(header.get("version").getAsInt()).isEqualTo(2);
        assertThat(header.get("width").getAsInt()).isEqualTo(100);
        assertThat(header.get("height").getAsInt()).isEqualTo(30);
        assertThat(header.get("timestamp").getAsLong()).isEqualTo(1_700_000_000L);
        assertThat(header.get("title").getAsString()).isEqualTo("a \"guest\"");
    }

    @Test
    void outputInputAndSizesHaveTheirLetters() {
        out(1_234_567_890L, 0, "\u001b[1mhi\"\n".getBytes(StandardCharsets.UTF_8));
        writer.in(new InputEvent.ConsoleInput(1, 2_000_000_000L, 0, new byte[] {'x'}));
        writer.in(new InputEvent.ConsoleResize(1, 3_000_000_000L, 0, 120, 50));

        assertThat(events().get(0).get(0).getAsDouble()).isEqualTo(1.234567);
        assertThat(events().get(0).get(1).getAsString()).isEqualTo("o");
        assertThat(events().get(0).get(2).getAsString()).isEqualTo("\u001b[1mhi\"\n");
        assertThat(events().get(1).toString()).isEqualTo("[2.000000,\"i\",\"x\"]");
        assertThat(events().get(2).toString()).isEqualTo("[3.000000,\"r\",\"120x50\"]");
        assertThat(text.toString()).as("escaped").doesNotContain("\u001b");
    }

    @Test
    void aCharacterThatComesInPiecesIsOne() {
        byte[] euro = "\u20ac".getBytes(StandardCharsets.UTF_8);
        out(1, 0, Arrays.copyOf(euro, 2));
        out(2, 1, new byte[] {'a'});
        out(3, 0, Arrays.copyOfRange(euro, 2, 3));

        assertThat(events().stream().map(event -> event.get(2).getAsString())).containsExactly("a", "\u20ac");
    }

    @Test
    void whatIsNoUtf8IsReplaced() {
        out(1, 0, new byte[] {(byte) 0xff, 'b'});

        assertThat(events().getFirst().get(2).getAsString()).isEqualTo("\ufffdb");
    }
}

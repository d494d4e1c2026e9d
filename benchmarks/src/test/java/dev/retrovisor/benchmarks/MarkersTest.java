package dev.retrovisor.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a guest prints becomes samples. */
final class MarkersTest {
    private final List<Sample> samples = new ArrayList<>();
    private final List<String> others = new ArrayList<>();
    private final Markers markers = new Markers(HostProcess.current(), samples::add, others::add);

    private void print(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        markers.accept(bytes, bytes.length);
    }

    @Test
    void aWorkloadIsWhatLiesBetweenItsMarkersWhereverTheConsoleBreaksOff() {
        print("hello\r\n@@ sieve be");
        print("gin integer 100\r\n@@ sieve end 1f 250\r");
        print("\n");

        assertEquals(List.of("hello"), others, "other lines are handed on");
        Sample sample = samples.getFirst();
        assertEquals("sieve integer 1f", sample.name() + " " + sample.group() + " " + sample.checksum());
        assertEquals(150, sample.steps(), "steps between the markers");
    }

    @Test
    void theBootBeginsWithThePower() {
        print("@@ boot end init 7\n");

        assertEquals("boot", samples.getFirst().group());
        assertEquals(7, samples.getFirst().steps());
    }

    @Test
    void anEndWithoutABeginningIsNoSample() {
        print("@@ sieve end 1f\n@@ python3 missing\n");

        assertEquals(List.of(), samples);
    }
}

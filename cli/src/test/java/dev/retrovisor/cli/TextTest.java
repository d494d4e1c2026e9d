package dev.retrovisor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextTest {
    @Test
    void bytesHaveBinaryUnits() {
        assertEquals("512 B", Text.bytes(512));
        assertEquals("1 KiB", Text.bytes(1024));
        assertEquals("1.5 MiB", Text.bytes(3 << 19));
        assertEquals("8 GiB", Text.bytes(8L << 30));
    }

    @Test
    void durationsHaveTheDigitsThatMatter() {
        assertEquals("0.42 s", Text.duration(420_000_000));
        assertEquals("12.3 s", Text.duration(12_340_000_000L));
        assertEquals("2 min 05 s", Text.duration(125_000_000_000L));
    }

    @Test
    void columnsAreAsWideAsTheirWidestCell() {
        assertEquals(List.of("a    bb", "ccc  d"), Text.columns(List.of(List.of("a", "bb"), List.of("ccc", "d"))));
    }

    @Test
    void nearWordsForgiveSwapsAndDashes() {
        assertEquals(List.of("--format"), NearWords.to("--fromat", List.of("--format", "--debug")));
        assertEquals(List.of("--kernel"), NearWords.to("-kernel", List.of("--kernel", "--initrd")));
        assertEquals(List.of(), NearWords.to("xyz", List.of("demo", "run")));
    }

    @Test
    void aStrangersTextCannotSteerTheTerminal() {
        assertEquals("debian\\x1b[2J\\x0a", Text.visible("debian\u001b[2J\n"));
    }
}

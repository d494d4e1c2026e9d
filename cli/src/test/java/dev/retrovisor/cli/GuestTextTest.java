package dev.retrovisor.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GuestTextTest {
    /** All that moves a cursor, hides text, turns its direction, or is no character. */
    private static final String HOSTILE =
            "\u001b[2J\u009b31m\u0007\r\n\t\0\u007f\u202e\u2066\u200b\ufeff\u00ad\u2028\ue000\ud800\u00a0\udb40\udc41";

    @Test
    void whatDoesNotPrintStandsAsInC() {
        assertEquals("a\\x1b[2Jb\\n\\u202e\\U000e0041", GuestText.shown("a\u001b[2Jb\n\u202e\udb40\udc41"));
        assertEquals("caf\u00e9 \u65e5\u672c \ud83d\ude00", GuestText.shown("caf\u00e9 \u65e5\u672c \ud83d\ude00"));
    }

    @Test
    void nothingCanPoseAsAnEscape() {
        assertEquals("\\\\x1b", GuestText.shown("\\x1b"));
        assertEquals("\\\\\\x1b", GuestText.shown("\\\u001b"));
    }

    @Test
    void hostileTextLeavesNothingButPrintableAscii() {
        assertThat(GuestText.shown(HOSTILE)).matches("[ -~]+");
        assertThat(GuestText.printable(HOSTILE)).matches("[ -~]+");
    }

    @Test
    void jsonStaysTheSameValueWhateverIsEscaped() {
        var random = new Random(6);
        for (int round = 0; round < 2000; round++) {
            var text = new StringBuilder(HOSTILE);
            for (int i = 0; i < 20; i++) {
                text.append((char) random.nextInt(0x10000));
            }
            String json = new JsonPrimitive(text.toString()).toString();

            String safe = GuestText.inJson(json, false);
            String ascii = GuestText.inJson(json, true);

            assertEquals(text.toString(), JsonParser.parseString(safe).getAsString());
            assertEquals(text.toString(), JsonParser.parseString(ascii).getAsString());
            assertThat(ascii).matches("[ -~]+");
            assertThat(safe).doesNotContain("\u001b", "\u009b", "\u202e", "\u200b", "\u2028", "\u007f");
        }
    }

    @Test
    void widthIsWhatATerminalGivesIt() {
        assertEquals(5, GuestText.width("hello"));
        assertEquals(4, GuestText.width("\u65e5\u672c"));
        assertEquals(1, GuestText.width("e\u0301"));
    }
}

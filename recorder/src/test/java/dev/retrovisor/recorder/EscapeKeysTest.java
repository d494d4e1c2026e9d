package dev.retrovisor.recorder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class EscapeKeysTest {
    private static final String CONTROL_A = "\u0001";
    private static final String CONTROL_C = "\u0003";

    private final EscapeKeys keys = new EscapeKeys();

    private String left(String typed) {
        byte[] bytes = typed.getBytes(StandardCharsets.UTF_8);
        return new String(keys.filter(bytes, bytes.length), StandardCharsets.UTF_8);
    }

    @Test
    void whatIsNotOursGoesToTheGuest() {
        assertEquals("ls\r" + CONTROL_C + "\u001b[Aö", left("ls\r" + CONTROL_C + "\u001b[Aö"));
        assertFalse(keys.takeLeave());
        assertFalse(keys.takeHelp());
    }

    @Test
    void leavingIsAskedForOnce() {
        assertEquals("ab", left("a" + CONTROL_A + "xb"));
        assertTrue(keys.takeLeave());
        assertFalse(keys.takeLeave());
    }

    @Test
    void helpIsAskedForOnce() {
        for (String key : new String[] {"h", "H", "?"}) {
            assertEquals("", left(CONTROL_A + key));
            assertTrue(keys.takeHelp(), key);
            assertFalse(keys.takeHelp(), key);
        }
    }

    @Test
    void theEscapeKeyItselfCanBeSent() {
        assertEquals(CONTROL_A + CONTROL_A, left(CONTROL_A + CONTROL_A + CONTROL_A + "a"));
    }

    @Test
    void theSecondKeyMayComeLater() {
        assertEquals("", left(CONTROL_A));
        assertEquals("yx", left("zyx"), "an unknown key is dropped, and only that one");
        assertFalse(keys.takeLeave());
        left(CONTROL_A);
        left("x");
        assertTrue(keys.takeLeave());
    }

    @Test
    void onlyTheBytesThatWereReadCount() {
        assertEquals(1, keys.filter(new byte[] {'a', 1, 'x'}, 1).length);
        assertFalse(keys.takeLeave());
    }
}

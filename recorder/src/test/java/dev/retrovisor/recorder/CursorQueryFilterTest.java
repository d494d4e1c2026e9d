package dev.retrovisor.recorder;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class CursorQueryFilterTest {
    private static final String ESCAPE = "\u001b";
    private static final String QUERY = ESCAPE + "[6n";

    private final CursorQueryFilter filter = new CursorQueryFilter();

    private String left(String written) {
        return text(filter.filter(written.getBytes(StandardCharsets.UTF_8)));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void onlyTheQuestionIsTakenOut() {
        assertEquals("guest# ls", left("guest# " + QUERY + "ls" + QUERY));
        assertEquals(ESCAPE + "[1mbold" + ESCAPE + "[m", left(ESCAPE + "[1mbold" + ESCAPE + "[m"));
        assertEquals(ESCAPE + "[5n", left(ESCAPE + "[5n"), "another question is not ours to take");
    }

    @Test
    void aQuestionMayComeInPieces() {
        for (int cut = 1; cut < QUERY.length(); cut++) {
            assertEquals("a", left("a" + QUERY.substring(0, cut)));
            assertEquals("b", left(QUERY.substring(cut) + "b"), "cut at " + cut);
        }
    }

    @Test
    void whatOnlyBeginsLikeAQuestionComesWithTheNextBytes() {
        assertEquals("", left(ESCAPE + "[6"));
        assertEquals(ESCAPE + "[6;1H", left(";1H"));
    }

    @Test
    void aQuestionMayFollowABrokenOne() {
        assertEquals(ESCAPE + "[6", left(ESCAPE + "[6" + QUERY));
        assertEquals(ESCAPE, left(ESCAPE + QUERY));
    }

    @Test
    void theEndGivesBackWhatWasHeld() {
        assertEquals("", left(ESCAPE + "["));
        assertEquals(ESCAPE + "[", text(filter.end()));
        assertEquals("", text(filter.end()));
    }
}

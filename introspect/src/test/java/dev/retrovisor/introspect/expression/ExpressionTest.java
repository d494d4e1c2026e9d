package dev.retrovisor.introspect.expression;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.retrovisor.introspect.syntax.SyntaxException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is an expression, and where one stops making sense. */
class ExpressionTest {
    private static SyntaxException mistake(String text) {
        return assertThrows(SyntaxException.class, () -> Expression.parse(text, "u64"::equals));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "current->files->fdt",
                "*(struct task_struct *)0xffffffff81000000",
                "init_task.comm",
                "(u64)$a0 + 4 * sizeof(struct page)",
                "a[3].b == \"sh\" ? 1 : 0",
                "*p @ 4",
                "container_of(p, struct task_struct, tasks)",
                "'do_x.isra.0'",
                "(const char *)x"
            })
    void whatUsersOfCWriteIsRead(String text) {
        assertEquals(text, Expression.parse(text, "u64"::equals).text());
    }

    @Test
    void aMistakePointsAtItsPlace() {
        assertEquals(4, mistake("1 + )").position());
        assertEquals(2, mistake("x = 4").position());
        assertEquals(0, mistake("\"open").position());
        assertEquals(0, mistake("").position());
        assertTrue(mistake("1 +").getMessage().contains("missing at the end"));
    }

    @Test
    void depthIsBounded() {
        assertTrue(mistake("(".repeat(100_000)).getMessage().contains("too many things in each other"));
        assertTrue(mistake("-".repeat(100_000) + "1").getMessage().contains("too many things in each other"));
    }

    @Test
    void multiplicationBindsTighterThanAddition() {
        var root = (Expression.Binary) Expression.parse("1 + 2 * 3", _ -> false).root();

        assertEquals("+", root.operator());
    }
}

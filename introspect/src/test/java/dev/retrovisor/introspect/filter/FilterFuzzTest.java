package dev.retrovisor.introspect.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.retrovisor.introspect.syntax.SyntaxException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FilterFuzzTest {
    private static final int ROUNDS = 20_000;

    private static final List<String> PIECES = List.of(
            "proc.name",
            "proc.pid",
            "evt.failed",
            "evt.arg.flags",
            "evt.arg.",
            "from.pid",
            "holders.pid",
            "x.",
            ".y",
            "and",
            "or",
            "not",
            "in",
            "exists",
            "contains",
            "glob",
            "matches",
            "startswith",
            "(",
            ")",
            ",",
            "=",
            "!=",
            "<",
            ">=",
            "=!",
            "!",
            "42",
            "-1",
            "0x",
            "0xff",
            "4K",
            "1.5ms",
            "1e9",
            "''",
            "'a b'",
            "\"",
            "'",
            "\\",
            "[",
            "[a-",
            "*",
            "+",
            "\u202e",
            "\u001b[2J",
            "\ud83d\ude00",
            "\ud800",
            "\0",
            "\t",
            " ",
            "sh");

    /** Whatever is typed is a filter, or a mistake with a place; and a filter holds or does not. */
    @Test
    void nothingThatIsTypedMakesAFilterFail() {
        var random = new Random(4);
        int good = 0;
        for (int round = 0; round < ROUNDS; round++) {
            var text = new StringBuilder();
            for (int i = random.nextInt(9); i >= 0; i--) {
                text.append(PIECES.get(random.nextInt(PIECES.size()))).append(random.nextBoolean() ? " " : "");
            }
            try {
                Filter.parse(text.toString()).test(FilterTest.EVENT);
                good++;
            } catch (SyntaxException e) {
                assertThat(e.position()).as(text.toString()).isBetween(0, text.length());
                assertThat(e.report().lines()).as(text.toString()).hasSize(2);
            }
        }
        assertThat(good).as("filters among them that make sense").isGreaterThan(ROUNDS / 200);
    }

    /** Expressions made by the grammar mean what plain Java says of them. */
    @Test
    void filtersMeanWhatTheGrammarSays() {
        var random = new Random(5);
        for (int round = 0; round < ROUNDS; round++) {
            var text = new StringBuilder();
            boolean expected = expression(random, text, 0);

            assertEquals(expected, Filter.parse(text.toString()).test(FilterTest.EVENT), text.toString());
        }
    }

    private static boolean expression(Random random, StringBuilder into, int depth) {
        boolean holds = term(random, into, depth);
        for (int i = random.nextInt(3); i > 0; i--) {
            into.append(" or ");
            holds |= term(random, into, depth);
        }
        return holds;
    }

    private static boolean term(Random random, StringBuilder into, int depth) {
        boolean holds = factor(random, into, depth);
        for (int i = random.nextInt(3); i > 0; i--) {
            into.append(random.nextBoolean() ? " and " : "\nand\t");
            holds &= factor(random, into, depth);
        }
        return holds;
    }

    private static boolean factor(Random random, StringBuilder into, int depth) {
        int kind = random.nextInt(depth < 4 ? 4 : 2);
        if (kind == 3) {
            into.append("not ");
            return !factor(random, into, depth + 1);
        }
        if (kind == 2) {
            into.append('(');
            boolean holds = expression(random, into, depth + 1);
            into.append(')');
            return holds;
        }
        return test(random, into);
    }

    private static boolean test(Random random, StringBuilder into) {
        int pid = FilterTest.EVENT.at().pid();
        int other = pid - 2 + random.nextInt(5);
        return switch (random.nextInt(6)) {
            case 0 -> written(into, "proc.pid<" + other, pid < other);
            case 1 -> written(into, "proc.pid >= " + other, pid >= other);
            case 2 -> written(into, "proc.pid != 0x" + Integer.toHexString(other), pid != other);
            case 3 -> written(into, "proc.pid in (" + other + ", 1)", pid == other);
            case 4 -> written(into, "container.id = " + other, false);
            default -> written(into, "proc.name exists", true);
        };
    }

    private static boolean written(StringBuilder into, String test, boolean holds) {
        into.append(test);
        return holds;
    }
}

package dev.retrovisor.cli.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.retrovisor.cli.UserMistake;
import java.util.HashSet;
import org.junit.jupiter.api.Test;

/** How command lines are taken apart. */
class ArgumentsTest {
    private static Arguments of(String name, String rest) {
        return Arguments.parse(PromptCommands.named(name).row(), rest);
    }

    private static String mistake(String name, String rest) {
        return assertThrows(UserMistake.class, () -> of(name, rest)).getMessage();
    }

    @Test
    void blanksWithinBracketsAndQuotesEndNoWord() {
        Arguments arguments = of("mem", "*(struct task_struct *)$a0 64 as longs");

        assertEquals("*(struct task_struct *)$a0", arguments.get("ADDRESS"));
        assertEquals(64, arguments.count("BYTES", 0));
        assertEquals("longs", arguments.get("as"));
    }

    @Test
    void aConditionGoesOnToTheNextOption() {
        Arguments arguments = of("break", "vfs_read if $a0 > 4 && $a1 != 0 process sh");

        assertEquals("$a0 > 4 && $a1 != 0", arguments.get("if"));
        assertEquals("sh", arguments.get("process"));
    }

    @Test
    void mistakesSayHowItIsWritten() {
        assertThat(mistake("go", "")).contains("POSITION is missing").endsWith("write go POSITION");
        assertThat(mistake("mem", "0 8 as lnogs")).contains("did you mean longs?");
        assertThat(mistake("pslist", "--pdi 1")).contains("unknown option '--pdi': did you mean --pid?");
        assertThat(mistake("step", "3 4")).contains("unknown argument '4'");
        assertThat(mistake("go", "\"x")).contains("a quote has no end");
        assertThat(assertThrows(UserMistake.class, () -> of("step", "0").count("N", 1)))
                .hasMessageContaining("a number from 1");
    }

    @Test
    void commandsAreFoundByTheirBeginningAndSuggestedByTheirSound() {
        assertEquals("continue", PromptCommands.named("cont").row().name());
        assertThat(assertThrows(UserMistake.class, () -> PromptCommands.named("braek")))
                .hasMessageContaining("did you mean break");
    }

    @Test
    void everyNameMeansOneCommand() {
        var seen = new HashSet<String>();

        PromptCommands.all()
                .forEach(command -> command.row()
                        .names()
                        .forEach(name -> assertThat(seen.add(name)).as(name).isTrue()));
    }

    @Test
    void everyExampleFitsItsSyntax() {
        PromptCommands.all().stream()
                .map(PromptCommand::row)
                .forEach(row -> row.examples().forEach(example -> {
                    String line = example.line().replaceFirst("/x", "");
                    int end = Prompt.nameEnd(line);
                    Arguments.parse(PromptCommands.named(line.substring(0, end)).row(), line.substring(end));
                }));
    }
}

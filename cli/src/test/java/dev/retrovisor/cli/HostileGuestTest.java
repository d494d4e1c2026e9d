package dev.retrovisor.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.retrovisor.introspect.event.GuestEvent;
import dev.retrovisor.introspect.event.Moment;
import dev.retrovisor.introspect.inspect.Inspection;
import dev.retrovisor.introspect.kernel.KernelFacts;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.introspect.symbols.Symbols;
import dev.retrovisor.introspect.types.MissingTypeException;
import dev.retrovisor.introspect.types.Types;
import dev.retrovisor.traces.Position;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Guests that lie, in what they are called and in what their memory holds. */
class HostileGuestTest {
    private static final String NAME = "ev\u001b]0;owned\u0007il\u202e,\"=\n";
    private static final Position HERE = new Position(5, 7);

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Screen screen = Screen.plain(
            new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));

    private record Row(int pid, String name) {}

    private static KernelView kernel() {
        return new KernelView(new KernelFacts("Linux version 6.12.1", Symbols.of(List.of()), Types.NONE, 0), null);
    }

    /** Two rows, then whatever happens. */
    private record Walk(RuntimeException then) implements Inspection<Row> {
        @Override
        public String name() {
            return "walk";
        }

        @Override
        public String summary() {
            return "a walk that ends early";
        }

        @Override
        public Class<Row> rowType() {
            return Row.class;
        }

        @Override
        public Stream<Row> run(KernelView kernel, Scope scope) {
            return Stream.of(1, 2, 3).map(pid -> {
                if (pid == 3) {
                    throw then;
                }
                return new Row(pid, NAME);
            });
        }
    }

    private static Answer ask(RuntimeException then) {
        return Answer.of(new Walk(then), Inspection.Scope.EVERYTHING, kernel(), HERE);
    }

    @Test
    void aWildPointerEndsAWalkAndIsDamage() {
        Answer answer = ask(new MemoryFault(0x1234, "not mapped"));

        assertThat(answer.rows()).hasSize(2);
        assertEquals(ExitCode.DAMAGED, answer.damage().exitCode());
        answer.damage().tell(screen, "walk");
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("walk: 1 thing in the guest's memory was broken")
                .contains("walk: ends early: 0x1234: not mapped");
    }

    @Test
    void aKernelThatLacksATypeIsNamedWithWhatItLacks() {
        var missing = assertThrows(
                Unanswerable.class, () -> ask(new MissingTypeException("the kernel's types have no struct pipe")));

        assertEquals(
                "walk: not on this kernel (6.12.1): the kernel's types have no struct pipe"
                        + "; --isf FILE gives a kernel the types of a symbol file",
                missing.getMessage());
        assertEquals(ExitCode.BAD_FILE, Failures.exitCode(missing));
    }

    @ParameterizedTest
    @EnumSource(RowFormat.class)
    void noFormatOfRowsSendsAnythingRaw(RowFormat format) {
        var printer = new AnswerPrinter(Sheet.ofOutput(screen), format, false);
        printer.print(ask(new MemoryFault(0x1234, NAME)));
        printer.end("x.trace");

        String printed = out.toString(StandardCharsets.UTF_8);
        assertThat(printed).doesNotContain("\u001b", "\u0007", "\u202e").contains("il");
        if (format == RowFormat.JSON) {
            JsonObject answer = JsonParser.parseString(printed)
                    .getAsJsonObject()
                    .getAsJsonArray("answers")
                    .get(0)
                    .getAsJsonObject();
            assertEquals(
                    NAME,
                    answer.getAsJsonArray("rows")
                            .get(0)
                            .getAsJsonObject()
                            .get("name")
                            .getAsString());
            assertEquals(1, answer.getAsJsonObject("damage").get("total").getAsInt());
            assertEquals(5, answer.getAsJsonObject("position").get("step").getAsInt());
        }
    }

    private record Named(Moment at, String newName) implements GuestEvent {
        @Override
        public String stream() {
            return "process";
        }

        @Override
        public String type() {
            return "rename";
        }

        @Override
        public String summary() {
            return "is now named " + newName;
        }
    }

    @ParameterizedTest
    @EnumSource(RowFormat.class)
    void noFormatOfEventsSendsAnythingRaw(RowFormat format) {
        var printer = new EventPrinter(screen.out(), false, format, false);
        printer.begin("x.trace", List.of("process"));
        printer.print(new Named(new Moment(1, 2, 0, 3, 4, NAME), NAME));
        printer.print(new Named(new Moment(2, 3, 0, 3, 4, "sh"), "plain"));
        printer.end(HERE, HERE, List.of(), new DamageReport(0, List.of()));

        String printed = out.toString(StandardCharsets.UTF_8);
        assertThat(printed).doesNotContain("\u001b", "\u0007", "\u202e").contains("plain");
        if (format == RowFormat.JSON) {
            JsonObject document = JsonParser.parseString(printed).getAsJsonObject();
            assertEquals("retrovisor.events", document.get("schema").getAsString());
            JsonObject first = document.getAsJsonArray("events").get(0).getAsJsonObject();
            assertEquals(NAME, first.get("newName").getAsString());
            assertEquals(4, first.getAsJsonObject("at").get("tid").getAsInt());
        }
        if (format == RowFormat.TABLE || format == RowFormat.JSONL) {
            assertThat(printed.lines()).hasSize(format == RowFormat.TABLE ? 3 : 2);
        }
    }
}

package dev.retrovisor.introspect.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.retrovisor.introspect.event.GuestEvent;
import dev.retrovisor.introspect.event.Moment;
import dev.retrovisor.introspect.inspect.Column;
import dev.retrovisor.introspect.syntax.SyntaxException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FilterTest {
    enum Manner {
        READ_ONLY,
        READ_WRITE
    }

    record End(int pid, String name) {}

    record Argument(String name, long value, String text) {}

    record Opened(
            Moment at,
            String path,
            long result,
            String error,
            long durationNanos,
            @Column(Column.Style.HEX) long address,
            Manner manner,
            End from,
            List<End> holders,
            List<Argument> arguments,
            OptionalLong sizeBytes,
            Optional<String> containerId)
            implements GuestEvent {
        @Override
        public String stream() {
            return "syscall";
        }

        @Override
        public String type() {
            return "openat";
        }

        @Override
        public String summary() {
            return path + " = " + result;
        }

        @Override
        public Optional<Object> fact(String word) {
            return word.equals("fd.type") ? Optional.of("file") : Optional.empty();
        }
    }

    static final Opened EVENT = new Opened(
            new Moment(1000, 1_500_000_000, 2, 42, 43, "sh"),
            "/etc/\u001b[2Jpasswd",
            -2,
            "ENOENT",
            1_500_000,
            0xffffffff80001000L,
            Manner.READ_ONLY,
            new End(42, "sh"),
            List.of(new End(1, "init"), new End(7, "cron")),
            List.of(new Argument("flags", 0x241, "O_WRONLY|O_CREAT|O_TRUNC"), new Argument("mode", 438, "0666")),
            OptionalLong.of(4096),
            Optional.empty());

    @ParameterizedTest
    @ValueSource(
            strings = {
                "proc.name = sh",
                "proc.name == 'sh'",
                "proc.pid = 42",
                "proc.pid = 0x2a",
                "thread.tid=43",
                "thread.tid>42 and thread.tid<=43",
                "evt.type = openat and evt.stream = syscall",
                "evt.type in (read, openat, write)",
                "evt.cpu = 2",
                "evt.time >= 1.5s",
                "evt.step < 1k",
                "evt.num = 1000",
                "evt.duration > 1ms and evt.duration < 2_000us",
                "evt.failed",
                "evt.failed = true",
                "evt.failed = yes",
                "evt.res = ENOENT",
                "evt.rawres = -2",
                "evt.rawres < 0",
                "fd.name contains passwd",
                "fd.name endswith passwd",
                "fd.name startswith /etc",
                "fd.name icontains PASSWD",
                "fd.name glob /etc/*",
                "fd.name contains '\\x1b'",
                "fd.name matches '^/etc/.*wd$'",
                "fd.type = file",
                "path exists",
                "evt.arg.flags contains O_CREAT",
                "evt.arg.flags = 577",
                "evt.arg.mode = 0666",
                "evt.arg.path contains passwd",
                "from.pid = 42",
                "holders.name = cron",
                "holders.pid in (7)",
                "not holders.name = sh",
                "address = 0xffffffff80001000",
                "address > 0xffffffff80000000",
                "address > 0x1000",
                "manner = read-only",
                "sizeBytes = 4K",
                "sizeBytes < 1MiB",
                "not container.id exists",
                "not container.id = x",
                "not (proc.name = cat or proc.pid = 1)",
                "not not proc.pid = 42",
                "proc.name = cat or proc.name = sh and proc.pid = 42",
                "(proc.name = cat or proc.name = sh) and proc.pid = 42",
                "evt.summary endswith '= -2'",
            })
    void theEventIsLetThrough(String filter) {
        assertThat(Filter.parse(filter).test(EVENT)).as(filter).isTrue();
        assertThat(Filter.parse(filter, List.of(Opened.class)).test(EVENT))
                .as(filter)
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "proc.name = SH",
                "proc.name != sh",
                "proc.pid != 42",
                "evt.type in (read, write)",
                "not evt.failed",
                "evt.failed = false",
                "container.id = x",
                "container.id != x",
                "container.id exists",
                "proc.ppid exists",
                "proc.name < 5",
                "nosuch = 1",
                "path.pid = 1",
                "evt.arg.nosuch exists",
                "address < 0",
                "proc.name = cat or proc.name = sh and proc.pid = 1",
                "(proc.name = cat or proc.name = sh) and proc.pid = 1",
                "path",
            })
    void theEventIsHeldBack(String filter) {
        assertThat(Filter.parse(filter).test(EVENT)).as(filter).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "``; 0; a filter is expected",
                "proc.name; -1;",
                "proc.name =; 11; a value is expected, not the end",
                "proc.nam = sh; 0; there is no field 'proc.nam'",
                "evt.typo = x; 0; there is no field 'evt.typo'",
                "proc.name is sh; 10; there is no operator 'is'",
                "proc.name => sh; 10; there is no operator '=>'",
                "proc.pid > many; 11; a number is expected behind '>'",
                "proc.name = sh proc.pid = 2; 15; 'and', 'or' or the end is expected, not 'proc.pid'",
                "(proc.name = sh; 0; the parenthesis that opens here is not closed",
                "(proc.name = sh proc.pid; 16; 'and', 'or' or ')' is expected",
                "proc.name = sh); 14; this parenthesis closes nothing",
                "proc.name = 'sh; 12; the quote that begins here has no end",
                "proc.name = 'a\\q'; 14; no such escape",
                "proc.name = 'a\\x1'; 14; 2 hexadecimal digits must follow",
                "proc.name in sh; 13; '(' is expected behind 'in'",
                "proc.name in (sh; 16; ',' or ')' is expected, not the end",
                "proc.name in (,); 14; a value is expected",
                "proc.name matches '(a'; 21; no regular expression",
                "= sh; 0; a field is expected",
                "not; 3; a field is expected",
                "and proc.pid = 1; 4; there is no operator 'proc.pid'",
                "proc.pid = 1 and; 16; a field is expected",
                "'proc.pid' = 1; 0; a field is expected",
            })
    void aMistakeIsShownAtItsCharacter(String filter, int position, String message) {
        if (position < 0) {
            Filter.parse(filter);
            return;
        }
        var mistake = assertThrows(SyntaxException.class, () -> Filter.parse(filter));

        assertThat(mistake.getMessage()).contains(message);
        assertEquals(position, mistake.position(), mistake.getMessage());
        String caret = mistake.report().lines().toList().getLast();
        assertEquals(position + 2, caret.indexOf('^'), "the caret stands under the character");
    }

    @Test
    void aMisspeltWordComesWithWhatCouldBeMeant() {
        var field = assertThrows(SyntaxException.class, () -> Filter.parse("proc.nme = sh"));
        var component = assertThrows(SyntaxException.class, () -> Filter.parse("form.pid = 1", List.of(Opened.class)));

        assertEquals("proc.nme", field.word());
        assertThat(field.candidates()).contains("proc.name");
        assertThat(component.candidates()).contains("from.pid", "holders.name", "durationNanos");
    }

    @Test
    void deepNestingIsAMistakeAndNoOverflow() {
        String deep = "(".repeat(2000) + "proc.pid = 1" + ")".repeat(2000);
        String negated = "not ".repeat(1000) + "proc.pid = 1";

        assertThat(assertThrows(SyntaxException.class, () -> Filter.parse(deep)))
                .hasMessageContaining("levels deep");
        assertThat(assertThrows(SyntaxException.class, () -> Filter.parse(negated)))
                .hasMessageContaining("levels deep");
        assertThat(assertThrows(SyntaxException.class, () -> Filter.parse("a".repeat(5000) + " = 1")))
                .hasMessageContaining("longer than");
    }

    @Test
    void aGuestsLongTextMakesNoExpressionFail() {
        var hostile = new Opened(
                EVENT.at(),
                "ab".repeat(100_000),
                0,
                "",
                0,
                0,
                Manner.READ_WRITE,
                EVENT.from(),
                List.of(),
                List.of(),
                OptionalLong.empty(),
                Optional.empty());

        assertThat(Filter.parse("path matches '^(a|b)*$'").test(hostile)).isIn(true, false);
        assertThat(Filter.parse("path glob *a*b*a*b*a*b*c").test(hostile)).isFalse();
        assertThat(Filter.parse("evt.failed").test(hostile)).isFalse();
        assertThat(Filter.parse("evt.res = SUCCESS").test(hostile)).isTrue();
    }
}

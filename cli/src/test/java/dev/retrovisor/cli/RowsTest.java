package dev.retrovisor.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.retrovisor.introspect.inspect.Column;
import dev.retrovisor.introspect.inspect.Column.Style;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class RowsTest {
    enum Kind {
        READ_ONLY
    }

    record Peer(int pid, String name) {}

    private record Row(
            int pid,
            String name,
            boolean isKernel,
            @Column(Style.HEX) long task,
            @Column(Style.BYTES) long sizeBytes,
            @Column(Style.NANOS) long startNanos,
            @Column(Style.OCTAL) int mode,
            Kind kind,
            Peer peer,
            List<String> arguments,
            List<Integer> numbers,
            Map<String, Long> counts,
            Optional<String> container,
            OptionalLong limit) {}

    private static final Row ROW = new Row(
            7,
            "=cmd|\u001b[31m",
            true,
            0xffffffff80001234L,
            1536,
            1_500_000_000,
            0644,
            Kind.READ_ONLY,
            new Peer(1, "init"),
            List.of("sh", "-c", "echo hi"),
            List.of(1, 2),
            Map.of("a", 1L),
            Optional.empty(),
            OptionalLong.of(3));

    private static RowJson json() {
        return new RowJson(new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8));
    }

    private static RowTable table(Row... rows) {
        var table = new RowTable(RowShape.of(Row.class));
        List.of(rows).forEach(table::add);
        return table.fitTo(RowTable.UNLIMITED);
    }

    @Test
    void peopleSeeUnitsAndNoRawText() {
        RowTable table = table(ROW);

        assertThat(table.heading().getFirst().split("  +"))
                .containsExactly(
                        "PID",
                        "NAME",
                        "IS KERNEL",
                        "TASK",
                        "SIZE",
                        "START",
                        "MODE",
                        "KIND",
                        "PEER",
                        "ARGUMENTS",
                        "NUMBERS",
                        "COUNTS",
                        "CONTAINER",
                        "LIMIT");
        assertThat(table.lines().getFirst().strip().split("  +"))
                .containsExactly(
                        "7",
                        "=cmd|\\x1b[31m",
                        "yes",
                        "0xffffffff80001234",
                        "1.5 KiB",
                        "1.500000s",
                        "0644",
                        "read-only",
                        "pid=1 name=init",
                        "sh -c \"echo hi\"",
                        "1, 2",
                        "a=1",
                        "-",
                        "3");
    }

    @Test
    void programsSeeValues() {
        assertEquals(
                "{\"pid\":7,\"name\":\"=cmd|\\u001b[31m\",\"isKernel\":true,\"task\":\"0xffffffff80001234\","
                        + "\"sizeBytes\":1536,\"startNanos\":1500000000,\"mode\":420,\"kind\":\"read-only\","
                        + "\"peer\":{\"pid\":1,\"name\":\"init\"},\"arguments\":[\"sh\",\"-c\",\"echo hi\"],"
                        + "\"numbers\":[1,2],\"counts\":{\"a\":1},\"container\":null,\"limit\":3}",
                json().line(RowJson.of(ROW)));
    }

    @Test
    void csvIsQuotedAndNoSpreadsheetRunsIt() {
        assertEquals(
                "7,'=cmd|\\x1b[31m,true,0xffffffff80001234,1536,1500000000,420,read-only,"
                        + "\"{\"\"pid\"\":1,\"\"name\"\":\"\"init\"\"}\",\"[\"\"sh\"\",\"\"-c\"\",\"\"echo hi\"\"]\","
                        + "\"[1,2]\",\"{\"\"a\"\":1}\",\"\",3\r\n",
                RowCsv.line(RowCsv.cells(ROW, json())));
    }

    private record Path(int pid, String path) {}

    @Test
    void aTableFitsTheScreenAndLosesNothing() {
        var table = new RowTable(RowShape.of(Path.class));
        String path = "/a/long/way/to/some/file/with/a/name.that.goes.on.and.on";
        table.add(new Path(4194304, path));

        List<String> lines = table.fitTo(30).lines();

        assertThat(lines).hasSizeGreaterThan(1).allMatch(line -> line.length() <= 30);
        assertThat(lines.getFirst()).startsWith("4194304  /a/long/way/");
        assertEquals("4194304" + path, String.join("", lines).replace(" ", ""));
    }

    @Test
    void headingsGiveWayBeforeContentDoes() {
        record Wide(boolean closesOnExec, String path) {}
        var table = new RowTable(RowShape.of(Wide.class));
        table.add(new Wide(true, "/etc/passwd"));
        table.fitTo(22);

        assertThat(table.heading()).hasSizeGreaterThan(1).allMatch(line -> line.length() <= 22);
        assertThat(table.lines()).singleElement().asString().endsWith("/etc/passwd");
    }

    @Test
    void anAddressIsANumberOrASymbol() throws Exception {
        var converter = new GuestAddress.Converter();

        assertEquals(new GuestAddress("", 0xffffffff80001234L), converter.convert("0xffffffff80001234"));
        assertEquals(new GuestAddress("init_task", 64), converter.convert("init_task+0x40"));
        assertEquals(new GuestAddress("vm_map_ram.isra.0", 0), converter.convert("vm_map_ram.isra.0"));
    }
}

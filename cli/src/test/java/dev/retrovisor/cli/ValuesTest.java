package dev.retrovisor.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.retrovisor.machine.board.PagingMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValuesTest {
    @ParameterizedTest
    @CsvSource({
        "512,536870912",
        "512M,536870912",
        "2G,2147483648",
        "2GiB,2147483648",
        "1.5g,1610612736",
        "131072K,134217728"
    })
    void memoryIsReadAsQemuReadsIt(String text, long bytes) {
        assertEquals(bytes, new Values.Memory().convert(text));
    }

    @ParameterizedTest
    @CsvSource({
        "12Q,is no size",
        "much,is no size",
        "-5,is no size",
        "32M,too little memory",
        "65M,no multiple of 2 MiB",
        "99999999999T,no whole number"
    })
    void memoryThatCannotBeSaysWhy(String text, String why) {
        assertThatThrownBy(() -> new Values.Memory().convert(text)).hasMessageContaining(why);
    }

    @ParameterizedTest
    @CsvSource({"1000,1000", "12_000_000,12000000", "250M,250000000", "1.5k,1500", "2G,2000000000"})
    void stepsHaveDecimalUnits(String text, long steps) {
        assertEquals(steps, new Values.Steps().convert(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.5", "1T", "x", ""})
    void stepsThatCannotBeAreRefused(String text) {
        assertThatThrownBy(() -> new Values.Steps().convert(text)).hasMessageContaining("steps");
    }

    @Test
    void timesHaveUnits() {
        var converter = new Values.WallTime();
        assertEquals(Duration.ofSeconds(30), converter.convert("30"));
        assertEquals(Duration.ofMillis(500), converter.convert("500ms"));
        assertEquals(Duration.ofMinutes(5), converter.convert("5m"));
        assertThatThrownBy(() -> converter.convert("5 years")).hasMessageContaining("write 30s, 5m or 1h");
    }

    @Test
    void aCpuIsAListOfProperties() {
        var converter = new Values.Cpu.Converter();
        assertEquals(new Values.Cpu(PagingMode.SV39, false), converter.convert("rv64,sv39,svade"));
        assertEquals(new Values.Cpu(PagingMode.SV57, true), converter.convert(Values.Cpu.DEFAULT));
        assertThatThrownBy(() -> converter.convert("sv32")).hasMessageContaining("'sv32' is no property of a hart");
    }

    @Test
    void aDriveIsAPathOrProperties() {
        var converter = new Values.Drive.Converter();
        assertEquals(new Values.Drive(Path.of("disk.raw"), false, Optional.empty()), converter.convert("disk.raw"));
        assertEquals(
                new Values.Drive(Path.of("a,b"), true, Optional.of("root")),
                converter.convert("file=a,,b,format=raw,if=virtio,readonly=on,serial=root"));
        assertThatThrownBy(() -> converter.convert("file=a,format=qcow2")).hasMessageContaining("only raw");
        assertThatThrownBy(() -> converter.convert("readonly=on")).hasMessageContaining("write file=PATH");
        assertThatThrownBy(() -> converter.convert("file=a,cache=none")).hasMessageContaining("'cache' is no property");
        assertThatThrownBy(() -> converter.convert("file=a,readonly=maybe")).hasMessageContaining("write on or off");
    }

    @Test
    void aConsoleIsConnectedToAPlace() {
        var converter = new Values.Serial.Converter();
        assertThat(converter.convert("stdio")).isInstanceOf(Values.Serial.Stdio.class);
        assertEquals(new Values.Serial.ToFile(Path.of("out.log")), converter.convert("file:out.log"));
        assertThatThrownBy(() -> converter.convert("pty")).hasMessageContaining("write stdio, null or file:PATH");
    }
}

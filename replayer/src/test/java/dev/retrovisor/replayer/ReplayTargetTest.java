package dev.retrovisor.replayer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.retrovisor.replayer.ReplayTarget.Event;
import dev.retrovisor.replayer.ReplayTarget.Percent;
import dev.retrovisor.replayer.ReplayTarget.Step;
import dev.retrovisor.replayer.ReplayTarget.VirtualTime;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayTargetTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "12_000_000, 12000000",
        "7k, 7000",
        "7K, 7000",
        "250M, 250000000",
        "1.5G, 1500000000",
        "9223372036854775807, 9223372036854775807"
    })
    void aNumberIsAStep(String text, long step) {
        assertEquals(new Step(step), ReplayTarget.parse(text));
    }

    @ParameterizedTest
    @CsvSource({
        "boot+0s, 0",
        "boot+2.5s, 2500000000",
        "boot+1_000ns, 1000",
        "boot+3us, 3000",
        "boot+4ms, 4000000",
        "boot+2m, 120000000000",
        "boot+1h, 3600000000000",
        "boot+0.1ns, 1"
    })
    void timeSincePowerOnIsRoundedUpToNanoseconds(String text, long nanos) {
        assertEquals(new VirtualTime(nanos), ReplayTarget.parse(text));
    }

    @Test
    void theOtherFormsAreWhatTheySay() {
        assertEquals(ReplayTarget.END, ReplayTarget.parse("end"));
        assertEquals(new Percent(new BigDecimal("50")), ReplayTarget.parse("50%"));
        assertEquals(new Percent(new BigDecimal("99.9")), ReplayTarget.parse("99.9%"));
        assertEquals(new Event(1024), ReplayTarget.parse("event:1_024"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "later",
                "-1",
                "_1",
                "5T",
                "101%",
                "100.01%",
                "boot",
                "boot+5",
                "boot+-1s",
                "event:",
                "END",
                " 5"
            })
    void anythingElseIsAnsweredWithTheForms(String text) {
        var refused = assertThrows(ReplayException.class, () -> ReplayTarget.parse(text));
        assertEquals(
                "position '%s' is not understood: give %s".formatted(text, ReplayTarget.SYNTAX), refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.5", "0.0001k", "9223372036854775808", "boot+9999999999h", "event:9223372036854775808"})
    void numbersThatAreNoStepsAreRefused(String text) {
        var refused = assertThrows(ReplayException.class, () -> ReplayTarget.parse(text));
        assertTrue(refused.getMessage().endsWith("is out of range or no whole number"), refused.getMessage());
    }
}

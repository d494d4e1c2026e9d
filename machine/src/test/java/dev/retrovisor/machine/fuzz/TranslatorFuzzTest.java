package dev.retrovisor.machine.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.retrovisor.machine.EnginePair;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

/**
 * Random programs are the same on both engines, to the bit, wherever they are stopped. For some seconds here, for hours by
 * {@code testkit/fuzz}. An end of the whole process means a wrong block too: {@code target/fuzz-program} then has the number
 * of the program.
 */
final class TranslatorFuzzTest {
    private static final int PROGRAMS = 700;
    private static final long LONGEST_NANOS = 18_000_000_000L;
    private static final int TODAYS_PROGRAMS = 200;
    private static final long LONGEST_OF_TODAY_NANOS = 6_000_000_000L;

    @Test
    void randomProgramsAreTheSameOnBothEngines() {
        assertNoDifference(1, PROGRAMS, LONGEST_NANOS);
    }

    /** Others each day. */
    @Test
    void todaysProgramsAreTheSameOnBothEngines() {
        long day = LocalDate.now(ZoneOffset.UTC).toEpochDay();
        assertNoDifference(day << 24, TODAYS_PROGRAMS, LONGEST_OF_TODAY_NANOS);
    }

    /** Runs that many programs, or fewer on a slow host. */
    private static void assertNoDifference(long firstSeed, int programs, long longestNanos) {
        assumeTrue(EnginePair.isPossible(), "a host with the translator");
        var log = new FuzzLog();
        long start = System.nanoTime();
        try (var fuzzer = new Fuzzer()) {
            for (long seed = firstSeed; seed < firstSeed + programs; seed++) {
                log.running(seed);
                assertEquals("", fuzzer.run(seed), "testkit/fuzz --program " + seed);
                if (System.nanoTime() - start > longestNanos) {
                    return;
                }
            }
        }
    }
}

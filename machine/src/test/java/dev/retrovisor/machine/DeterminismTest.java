package dev.retrovisor.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.retrovisor.machine.board.MemoryMap;
import dev.retrovisor.machine.state.MachineCopies;
import dev.retrovisor.machine.time.Alarms;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The law of the machine: its state at a position depends on nothing but where it began: not on where runs were stopped,
 * not on what was hashed or saved on the way, not on whether it was restored from a checkpoint.
 */
final class DeterminismTest {
    private static final long STEPS = 60_000;

    static Stream<Named<Supplier<TinyMachine>>> programs() {
        Stream<Named<Supplier<TinyMachine>>> written = Stream.of(
                Named.of("interrupted", () -> TinyMachine.running(GuestPrograms.INTERRUPTED)),
                Named.of("several harts", () -> TinyMachine.running(4, GuestPrograms.SEVERAL_HARTS)),
                Named.of("paging", () -> TinyMachine.running(GuestPrograms.PAGING)),
                Named.of("address spaces", () -> TinyMachine.running(GuestPrograms.ADDRESS_SPACES)));
        return Stream.concat(
                written,
                Stream.of(1, 2, 3, 4, 5, 6, 7, 8)
                        .map(seed ->
                                Named.of("random " + seed, () -> TinyMachine.running(GuestPrograms.random(seed)))));
    }

    @ParameterizedTest
    @MethodSource("programs")
    void whereARunIsStoppedNeverShows(Supplier<TinyMachine> program) {
        try (var straight = program.get()) {
            straight.step(STEPS);
            assertEquals(STEPS, straight.steps(), "the program must keep running");
            var random = new Random(3);
            for (IntUnaryOperator chop :
                    new IntUnaryOperator[] {_ -> 37, _ -> 1009, _ -> 20011, _ -> 1 + random.nextInt(500)}) {
                try (var chopped = straight.twin()) {
                    while (chopped.steps() < STEPS) {
                        chopped.machine().runTo(Math.min(STEPS, chopped.steps() + chop.applyAsInt(0)), Alarms.NEVER);
                    }
                    assertSame(straight, chopped);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("programs")
    void hashingAndSavingChangeNothing(Supplier<TinyMachine> program) {
        try (var straight = program.get();
                var hashed = straight.twin()) {
            straight.step(STEPS);
            for (int i = 0; i < 60; i++) {
                hashed.step(STEPS / 60);
                hashed.machine().stateHash();
            }
            assertSame(straight, hashed);
        }
    }

    @ParameterizedTest
    @MethodSource("programs")
    void aRestoredMachineGoesOnAsTheSavedOne(Supplier<TinyMachine> program) {
        var random = new Random(4);
        try (var original = program.get();
                var restored = original.twin()) {
            restored.step(777); // so that there is something to forget
            for (int i = 0; i < 12; i++) {
                original.step(1 + random.nextInt(3000));
                MachineCopies.copy(original.machine(), restored.machine());
                assertSame(original, restored);
                long further = 1 + random.nextInt(3000);
                original.step(further);
                restored.step(further);
                assertSame(original, restored);
            }
        }
    }

    @Test
    void programsDoWhatTheyAreFor() {
        try (var interrupted = TinyMachine.running(GuestPrograms.INTERRUPTED);
                var harts = TinyMachine.running(4, GuestPrograms.SEVERAL_HARTS);
                var paging = TinyMachine.running(GuestPrograms.PAGING);
                var spaces = TinyMachine.running(GuestPrograms.ADDRESS_SPACES)) {
            interrupted.step(STEPS);
            assertTrue(interrupted.x("s5") > 100, "interrupts are taken");
            assertTrue(!interrupted.console().isEmpty(), "characters are written");
            assertNotEquals(interrupted.steps(), interrupted.machine().virtualNanos(), "time is skipped");
            harts.step(STEPS);
            for (int hart = 0; hart < 4; hart++) {
                assertTrue(harts.x(hart, "s4") >= 32, "every hart counts");
                assertTrue(harts.x(hart, "s5") > 0, "every hart is interrupted");
            }
            paging.step(STEPS);
            assertEquals(1, paging.privilege());
            assertEquals(0, paging.csr("mcause"), "no trap");
            spaces.step(STEPS);
            assertEquals(1, spaces.privilege());
            assertEquals(0, spaces.csr("mcause"), "no trap");
            for (int frame = 0; frame < 16; frame++) {
                long word = spaces.machine().ram().readLong(MemoryMap.RAM + 0x40_0008 + frame * 4096L);
                assertNotEquals(0, word, "each frame is written");
            }
        }
    }

    static void assertSame(TinyMachine expected, TinyMachine found) {
        assertSameRegisters(expected, found);
        assertEquals(expected.machine().registerHash(), found.machine().registerHash(), "registers and devices");
        assertEquals(expected.machine().stateHash(), found.machine().stateHash(), "memory");
    }

    static void assertSameRegisters(TinyMachine expected, TinyMachine found) {
        assertEquals(expected.steps(), found.steps(), "steps");
        assertEquals(expected.machine().virtualNanos(), found.machine().virtualNanos(), "virtual time");
        for (int hart = 0; hart < expected.machine().hartCount(); hart++) {
            for (int slot = 0; slot < 100; slot++) {
                assertEquals(
                        expected.machine().hart(hart).get(slot * 8),
                        found.machine().hart(hart).get(slot * 8),
                        "hart %d, state offset %d".formatted(hart, slot * 8));
            }
        }
    }
}

package dev.retrovisor.machine;

import dev.retrovisor.machine.time.Alarms;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Host code and the interpreter are one machine: at every step at which either is stopped, all state is equal. */
final class EnginesAgreeTest {
    private static final long STEPS = 60_000;

    @ParameterizedTest
    @MethodSource("dev.retrovisor.machine.DeterminismTest#programs")
    void theTranslatorIsTheInterpreterToTheBit(Supplier<TinyMachine> program) {
        var random = new Random(5);
        for (IntUnaryOperator chop :
                new IntUnaryOperator[] {_ -> 37, _ -> 1009, _ -> 20011, _ -> 1 + random.nextInt(500)}) {
            try (var origin = program.get();
                    var translated = origin.twin(EngineChoice.TRANSLATOR);
                    var interpreted = origin.twin(EngineChoice.INTERPRETER)) {
                while (translated.steps() < STEPS) {
                    long limit = Math.min(STEPS, translated.steps() + chop.applyAsInt(0));
                    translated.machine().runTo(limit, Alarms.NEVER);
                    interpreted.machine().runTo(limit, Alarms.NEVER);
                    DeterminismTest.assertSameRegisters(interpreted, translated);
                }
                DeterminismTest.assertSame(interpreted, translated);
            }
        }
    }
}

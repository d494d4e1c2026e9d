package dev.retrovisor.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.retrovisor.machine.board.StopReason;
import dev.retrovisor.machine.interpreter.Interpreter;
import dev.retrovisor.machine.isa.Decoder;
import dev.retrovisor.machine.isa.Ops;
import dev.retrovisor.machine.state.MachineCopies;
import dev.retrovisor.machine.time.Alarms;
import dev.retrovisor.machine.translator.BlockCompiler;
import dev.retrovisor.machine.translator.CodeMemory;
import dev.retrovisor.machine.translator.Translator;
import dev.retrovisor.machine.translator.x86.X86Compiler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A pair of engines is one machine as long as they agree, and says exactly where they don't. */
@EnabledIfSystemProperty(named = "os.arch", matches = "amd64", disabledReason = "there is one engine only")
final class LockstepTest {
    private static final long STEPS = 60_000;

    /** Counts for some 12,000 steps, then computes 3 xor 5, writes it to the serial port and rests. */
    private static final String LATE_XOR = """
                li s0, 4000
                li s1, UART
                li a1, 3
                li a2, 5
            count:
                addi s0, s0, -1
                nop
                bnez s0, count
                addi a3, a1, 1
            fault:
                xor a0, a1, a2
                addi a4, a1, 2
                sb a0, 0(s1)
            done:
                j done
            """;

    /** Writes a doubleword far from everything, and never looks at it again. */
    private static final String LATE_STORE = """
                li s0, 4000
                li s1, RAM + 0x1234560
                li a1, 0x1122334455667788
            count:
                addi s0, s0, -1
                nop
                bnez s0, count
                sd a1, 0(s1)
            done:
                j done
            """;

    @ParameterizedTest
    @MethodSource("dev.retrovisor.machine.DeterminismTest#programs")
    void aPairThatAgreesIsTheMachineThatEachIs(Supplier<TinyMachine> program) {
        try (var single = program.get();
                var pair = single.twin(EngineChoice.LOCKSTEP)) {
            assertEquals(EngineChoice.LOCKSTEP, pair.machine().engine());
            single.step(STEPS);
            pair.step(STEPS / 3);
            pair.step(STEPS - STEPS / 3);
            DeterminismTest.assertSame(single, pair);
            assertEquals(single.console(), pair.console(), "what leaves does so once");
            assertEquals(single.events().size(), pair.events().size());
        }
    }

    @ParameterizedTest
    @MethodSource("dev.retrovisor.machine.DeterminismTest#programs")
    void aPairCanBeRestoredAndReset(Supplier<TinyMachine> program) {
        try (var single = program.get();
                var pair = single.twin(EngineChoice.LOCKSTEP)) {
            pair.step(777); // so that there is something to forget
            single.step(STEPS / 2);
            MachineCopies.copy(single.machine(), pair.machine());
            single.step(STEPS / 2);
            pair.step(STEPS / 2);
            DeterminismTest.assertSame(single, pair);
            single.machine().reset();
            pair.machine().reset();
            single.step(STEPS);
            pair.step(STEPS);
            DeterminismTest.assertSame(single, pair);
        }
    }

    @Test
    void aMistranslatedInstructionIsFoundAndNamed() {
        try (var program = TinyMachine.running(LATE_XOR);
                var pair = program.twin(EngineChoice.LOCKSTEP, mistranslating(Ops.XOR, Ops.OR))) {
            long before = stepsTo(program, "fault");
            var found = assertThrows(EngineDifference.class, () -> pair.step(1_000_000));

            String report = found.report();
            assertTrue(found.getMessage().contains("hart 0 x10/a0"), found.getMessage());
            assertTrue(
                    report.contains("hart 0 x10/a0  0x0000000000000007  0x0000000000000006"),
                    "what differs: " + report);
            assertTrue(report.contains("M  %016x  xor a0,a1,a2".formatted(program.label("fault"))), report);
            assertTrue(
                    firstStep(report) > before && firstStep(report) <= before + 4,
                    "the end of the block at fault, not of the stretch: " + report);
            assertEquals("", pair.console(), "what is wrong has not left the machine");
        }
    }

    @Test
    void aWrongStoreIsFoundByTheNextHashAndTracedBackToItsStep() {
        try (var program = TinyMachine.running(LATE_STORE);
                var pair = program.twin(EngineChoice.LOCKSTEP, mistranslating(Ops.SD, Ops.SW))) {
            long before = stepsTo(program, "done");
            pair.step(200_000);
            var found =
                    assertThrows(EngineDifference.class, () -> pair.machine().stateHash());

            String report = found.report();
            assertTrue(report.contains("ram at 0x81234560"), report);
            assertTrue(report.contains("0x0000000055667788  0x1122334455667788"), report);
            assertTrue(report.contains("sd a1,0(s1)"), report);
            assertTrue(firstStep(report) >= before && firstStep(report) <= before + 4, report);
        }
    }

    @Test
    void aWrongStoreIsFoundAtTheLatestWhenTheMachineIsSwitchedOff() {
        String text = LATE_STORE.replace("done:", "li t0, SYSCON\nli t1, POWER_OFF\nsw t1, 0(t0)\ndone:");
        try (var program = TinyMachine.running(text);
                var pair = program.twin(EngineChoice.LOCKSTEP, mistranslating(Ops.SD, Ops.SH))) {
            assertEquals(StopReason.POWER_OFF, program.machine().runTo(STEPS, Alarms.NEVER));
            assertThrows(EngineDifference.class, () -> pair.step(STEPS));
        }
    }

    @Test
    void aChangeFromOutsideIsFoundAndSaidNotToComeFromAnEngine() {
        try (var pair = TinyMachine.running(LATE_XOR).twin(EngineChoice.LOCKSTEP)) {
            pair.step(5000);
            pair.machine().hart(0).setX(27, 0x77);
            var found = assertThrows(EngineDifference.class, () -> pair.step(5000));

            assertTrue(
                    found.report().contains("hart 0 x27/s11  0x0000000000000077  0x0000000000000000"), found.report());
            assertTrue(found.report().contains("does not show again"), found.report());
        }
    }

    private static long stepsTo(TinyMachine program, String label) {
        program.runTo(label);
        return program.steps();
    }

    private static long firstStep(String report) {
        String digits = report.replaceFirst("(?s).*first at step ([0-9,]+),.*", "$1");
        return Long.parseLong(digits.replace(",", ""));
    }

    /** A translator that takes one instruction for another. */
    private static Engines.Maker mistranslating(int op, int other) {
        return (choice, harts, ram, clock, translations) -> {
            if (choice == EngineChoice.INTERPRETER) {
                return Engines.make(choice, harts, ram, clock, translations);
            }
            var interpreter = new Interpreter(harts, ram, clock, translations);
            var translator = new Translator(
                    harts, ram, clock, translations, interpreter, confusing(op, other), new CodeMemory(1 << 20));
            return new Engines.Made(translator, EngineChoice.TRANSLATOR, "");
        };
    }

    private static BlockCompiler confusing(int op, int other) {
        var good = new X86Compiler(false);
        return (BlockCompiler) Proxy.newProxyInstance(
                BlockCompiler.class.getClassLoader(), new Class<?>[] {BlockCompiler.class}, (_, method, arguments) -> {
                    if (method.getName().equals("compile")) {
                        long[] instructions = ((long[]) arguments[1]).clone();
                        for (int i = 0; i < instructions.length; i++) {
                            if (Decoder.op(instructions[i]) == op) {
                                instructions[i] += other - op;
                            }
                        }
                        arguments[1] = instructions;
                    }
                    try {
                        return method.invoke(good, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}

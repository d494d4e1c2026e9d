package dev.retrovisor.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.retrovisor.machine.board.MemoryMap;
import dev.retrovisor.machine.event.HartRegister;
import dev.retrovisor.machine.event.InputEvent.MemoryPoke;
import dev.retrovisor.machine.event.InputEvent.RegisterPoke;
import dev.retrovisor.machine.hart.CsrNames;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.isa.Assembler;
import dev.retrovisor.machine.isa.Registers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a person changes in a machine is there at the next step, on every engine, with all that hangs on it. */
final class PokesTest {
    /** Adds in a loop, so that its code is translated long before it is changed. */
    private static final String ADDING = """
                li s1, 0
            loop:
                addi s1, s1, 1
                j loop
            """;

    /** Reads through a page table of its own: the first entry of a root table maps a gibibyte onto RAM. */
    private static final String READING = """
                li t0, RAM + 0x100000
                li t1, 0x200000CF           # RAM, valid, all permissions, accessed and dirty
                sd t1, 16(t0)               # virtual 0x80000000
                li t1, 0x200000CF
                sd t1, 24(t0)               # virtual 0xC0000000 as well
                li t1, 8 << 60 | 0x80100
                csrw satp, t1
                li t1, -1
                csrw pmpaddr0, t1
                li t1, 31
                csrw pmpcfg0, t1
                li t1, 1 << 11
                csrs mstatus, t1
                li t1, 1 << 12
                csrc mstatus, t1
                la t1, done
                csrw mtvec, t1
                la t1, supervisor
                csrw mepc, t1
                mret
            supervisor:
                li s0, 0xC0200000
            again:
                ld s1, 0(s0)
                j again
                .align 2
            done:
                j done
            """;

    private static MemoryPoke memory(TinyMachine tiny, long address, byte... bytes) {
        return new MemoryPoke(tiny.steps(), tiny.machine().virtualNanos(), address, bytes);
    }

    private static RegisterPoke register(TinyMachine tiny, String name, long value) {
        HartRegister register = Registers.settable(name).orElseThrow();
        return new RegisterPoke(tiny.steps(), tiny.machine().virtualNanos(), 0, register, value);
    }

    @ParameterizedTest
    @EnumSource(EngineChoice.class)
    void changedCodeIsWhatRunsNext(EngineChoice engine) {
        try (var first = TinyMachine.running(ADDING);
                var tiny = first.twin(engine)) {
            tiny.step(10_001);
            long before = tiny.machine().hart(0).x(9);
            byte[] minusOne = Assembler.assemble("addi s1, s1, -1", MemoryMap.RAM, TinyMachine.CONSTANTS)
                    .bytes();
            tiny.machine().apply(memory(tiny, tiny.program().label("loop"), minusOne));
            tiny.step(10_000);
            assertEquals(before - 5_000, tiny.machine().hart(0).x(9), "the new instruction runs");
        }
    }

    @ParameterizedTest
    @EnumSource(EngineChoice.class)
    void aChangedPageTableIsWhatTranslatesNext(EngineChoice engine) {
        try (var first = TinyMachine.running(READING);
                var tiny = first.twin(engine)) {
            tiny.step(5_000);
            tiny.machine().apply(memory(tiny, MemoryMap.RAM + 0x200000, new byte[] {1, 0, 0, 0, 0, 0, 0, 0}));
            tiny.step(100);
            assertEquals(1, tiny.machine().hart(0).x(9), "read through the table");
            // Not mapped any more.
            tiny.machine().apply(memory(tiny, MemoryMap.RAM + 0x100018, new byte[8]));
            tiny.step(100);
            assertEquals(13, tiny.csr("mcause"), "a load page fault");
        }
    }

    @ParameterizedTest
    @EnumSource(EngineChoice.class)
    void registersHoldWhatTheyAreSetTo(EngineChoice engine) {
        try (var first = TinyMachine.running(ADDING);
                var tiny = first.twin(engine)) {
            tiny.step(1_001);
            tiny.machine().apply(register(tiny, "s1", -7));
            tiny.machine().apply(register(tiny, "fa0", 42));
            tiny.machine().apply(register(tiny, "mscratch", 43));
            tiny.machine().apply(register(tiny, "minstret", 44));
            tiny.machine().apply(register(tiny, "fcsr", 0x21));
            HartState hart = tiny.machine().hart(0);
            assertEquals(-7, hart.x(9));
            assertEquals(42, hart.f(10));
            assertEquals(43, tiny.csr("mscratch"));
            assertEquals(44, tiny.csr("minstret"), "a counter as well: no instruction counts itself");
            assertEquals(0x21, tiny.machine().csr(0, CsrNames.number("fcsr")));
            assertEquals(3, hart.get(HartState.PRIVILEGE), "it is where it was");
            tiny.machine().apply(register(tiny, "pc", tiny.program().label("loop")));
            tiny.step(2);
            assertEquals(-6, hart.x(9));
        }
    }

    @Test
    void whatCannotBeChangedIsSaidAndNothingChanges() {
        try (var tiny = TinyMachine.running(ADDING)) {
            tiny.step(10);
            long hash = tiny.machine().stateHash();
            refused(
                    tiny,
                    "memory is 0x80000000 to 0x83ffffff",
                    () -> tiny.machine().apply(memory(tiny, 0x83ff_ffffL, new byte[2])));
            refused(
                    tiny,
                    "there are harts 0 to 0",
                    () -> tiny.machine()
                            .apply(new RegisterPoke(
                                    tiny.steps(), tiny.machine().virtualNanos(), 1, HartRegister.PC, 0)));
            refused(tiny, "even addresses", () -> tiny.machine().apply(register(tiny, "pc", 1)));
            refused(tiny, "can only be read", () -> tiny.machine().apply(register(tiny, "time", 1)));
            refused(tiny, "0 is user", () -> tiny.machine().apply(register(tiny, "priv", 2)));
            assertThrows(IllegalArgumentException.class, () -> memory(tiny, MemoryMap.RAM, new byte[4097]));
            assertThrows(IllegalArgumentException.class, () -> new HartRegister.Integer(0));
            assertEquals(hash, tiny.machine().stateHash());
        }
    }

    private static void refused(TinyMachine tiny, String words, Runnable change) {
        var refusal = assertThrows(IllegalArgumentException.class, change::run);
        assertTrue(refusal.getMessage().contains(words), refusal.getMessage());
    }

    @Test
    void everyRegisterHasANumberOfItsOwn() {
        for (int number = 0; number < 0x1050; number++) {
            try {
                assertEquals(number, HartRegister.of(number).number());
            } catch (IllegalArgumentException _) {
                assertTrue(number == 0x1000 || number > 0x1041, "%#x can be set".formatted(number));
            }
        }
    }
}

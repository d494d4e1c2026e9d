package dev.retrovisor.machine.probe;

import static dev.retrovisor.machine.Guests.OPEN_TRAPS;
import static dev.retrovisor.machine.Guests.enter;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.retrovisor.machine.EngineChoice;
import dev.retrovisor.machine.TinyMachine;
import dev.retrovisor.machine.board.StopReason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class TrapProbeTest {
    /** A kernel that answers two calls a round: number a7 returns a7 + 1; and a breakpoint between. */
    private static final String CALLS = OPEN_TRAPS + """
            la t0, handler
            csrw stvec, t0
            li t0, 1 << 8 | 1 << 3
            csrw medeleg, t0
            """ + enter(0, "go") + """
            go: li a7, 64
            call: ecall
            li a7, 93
            ecall
            .word 0x00100073             # ebreak of four bytes, as the handler takes it
            addi s0, s0, 1
            j go
            handler: csrr t0, sepc
            addi a0, a7, 1
            addi t0, t0, 4
            csrw sepc, t0
            sret
            """;

    private static final int ROUND = 7 + 3 * 5;

    private static TinyMachine running(EngineChoice engine) {
        try (var origin = TinyMachine.running(CALLS)) {
            return origin.twin(engine);
        }
    }

    private static TinyMachine atStartOfARound(EngineChoice engine) {
        TinyMachine machine = running(engine);
        machine.step(2000);
        return machine.runTo("go");
    }

    @ParameterizedTest
    @EnumSource
    void systemCallsAreMatchedWithTheirReturns(EngineChoice engine) {
        try (var machine = atStartOfARound(engine)) {
            long begin = machine.steps();
            var lines = new ArrayList<String>();
            Probes probes = machine.machine().probes();
            Probe calls = probes.onTrap(Probes.SYSTEM_CALLS, 0, (hart, cause, value, _, from, to) -> {
                lines.add("%d hart %d cause %d value %d %d->%d a7 %d"
                        .formatted(machine.steps() - begin, hart, cause, value, from, to, machine.x("a7")));
                return Verdict.GO_ON;
            });
            Probe returns = probes.onReturn((hart, _, target, from, to) -> {
                lines.add("%d hart %d return to %x %d->%d a0 %d"
                        .formatted(
                                machine.steps() - begin,
                                hart,
                                target - machine.label("go"),
                                from,
                                to,
                                machine.x("a0")));
                return Verdict.GO_ON;
            });
            machine.step(ROUND);
            assertEquals(machine.label("go"), machine.pc());
            long sizeOfLoad = machine.label("call") - machine.label("go");
            assertEquals(
                    List.of(
                            "1 hart 0 cause 8 value 0 0->1 a7 64",
                            "6 hart 0 return to %x 1->0 a0 65".formatted(sizeOfLoad + 4),
                            "8 hart 0 cause 8 value 0 0->1 a7 93",
                            "13 hart 0 return to %x 1->0 a0 94".formatted(2 * (sizeOfLoad + 4)),
                            "19 hart 0 return to %x 1->0 a0 94".formatted(2 * (sizeOfLoad + 4) + 4)),
                    lines);
            calls.remove();
            returns.remove();
            machine.step(10 * ROUND);
            assertEquals(5, lines.size(), "they are gone");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStopComesBehindTheTrapOrReturn(EngineChoice engine) {
        try (var plain = running(engine);
                var machine = atStartOfARound(engine)) {
            Probes probes = machine.machine().probes();
            probes.onTrap(Probes.SYSTEM_CALLS, 0, (_, _, _, _, _, _) -> Verdict.STOP);
            probes.onReturn((_, _, _, _, _) -> Verdict.STOP);
            for (int i = 0; i < 50; i++) {
                assertEquals(StopReason.PROBE, machine.step(1000));
                boolean inUser = machine.privilege() == 0;
                assertEquals(!inUser, machine.pc() == machine.label("handler"));
                plain.machine().runTo(machine.steps(), machine.machine().virtualNanos());
                assertEquals(plain.machine().stateHash(), machine.machine().stateHash());
            }
        }
    }

    @Test
    void probesOnOtherTrapsLeaveSystemCallsInHostCode() {
        try (var plain = TinyMachine.running(CALLS);
                var probed = plain.twin()) {
            var causes = new ArrayList<Long>();
            Probe probe = probed.machine().probes().onTrap(~Probes.SYSTEM_CALLS, Probes.ALL, (_, cause, _, _, _, _) -> {
                causes.add(cause);
                return Verdict.GO_ON;
            });
            plain.step(100 * ROUND);
            probed.step(100 * ROUND);
            assertEquals(99, causes.size(), 1);
            assertTrue(causes.stream().allMatch(cause -> cause == 3));
            assertEquals(plain.machine().engineStatistics(), probed.machine().engineStatistics());
            probe.remove();
        }
    }
}

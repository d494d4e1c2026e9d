package dev.retrovisor.machine.probe;

import static dev.retrovisor.machine.Guests.OPEN_TRAPS;
import static dev.retrovisor.machine.Guests.enter;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.retrovisor.machine.EngineChoice;
import dev.retrovisor.machine.TinyMachine;
import dev.retrovisor.machine.board.MemoryMap;
import dev.retrovisor.machine.board.StopReason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class MemoryProbeTest {
    private static final long DATA = MemoryMap.RAM + 0x10000;

    /** Every way to touch memory, in user mode, where cbo.zero is host code too. */
    private static final String ACCESSES = OPEN_TRAPS + """
            li t0, 1 << 7
            csrw menvcfg, t0
            csrw senvcfg, t0
            li t0, 3 << 13
            csrs mstatus, t0
            li s0, RAM + 0x10000
            li s1, RAM + 0x10ffc
            li a1, 0x1122334455667788
            li a2, -2
            """ + enter(0, "go") + """
            go: sd a1, 0(s0)
            lbu a3, 1(s0)
            lw a3, 2(s0)
            sh a2, 7(s0)
            amoadd.w a4, a2, (s0)
            lr.d a5, (s0)
            sc.d a6, a2, (s0)
            sc.d a6, a1, (s0)            # without a reservation
            sd a1, 0(s1)                 # into the next page
            ld a5, 0(s1)
            fld fa0, 0(s0)
            fsw fa0, 8(s0)
            cbo.zero (s0)
            ld a5, 64(s0)                # beside the range
            addi s3, s3, 1
            j go
            """;

    private static TinyMachine running(EngineChoice engine, String program) {
        try (var origin = TinyMachine.running(program)) {
            return origin.twin(engine);
        }
    }

    private static String line(MemoryAccess access) {
        return "%s %x+%d %x %x"
                .formatted(
                        access.kind(),
                        access.physicalAddress() - DATA,
                        access.sizeBytes(),
                        access.before(),
                        access.after());
    }

    @ParameterizedTest
    @EnumSource
    void everyAccessIsShownWithWhatItFindsAndLeaves(EngineChoice engine) {
        try (var machine = running(engine, ACCESSES)) {
            machine.step(1000);
            while (machine.pc() != machine.label("go")) {
                machine.step(1);
            }
            machine.machine().ram().writeLong(DATA + 0x1000, 0);
            machine.machine().ram().writeLong(DATA + 0xff8, 0);
            var lines = new ArrayList<String>();
            machine.machine().probes().onAccess(DATA, 64, access -> {
                assertEquals(0, access.hart());
                assertEquals(MemoryAccess.Agent.INSTRUCTION, access.agent());
                assertEquals(access.physicalAddress(), access.virtualAddress());
                assertEquals(machine.pc(), access.pc());
                lines.add(line(access));
                return Verdict.GO_ON;
            });
            machine.machine().probes().onAccess(DATA + 0xff8, 16, access -> {
                lines.add(line(access));
                return Verdict.GO_ON;
            });
            machine.step(16);
            var expected = new ArrayList<>(List.of(
                    "WRITE 0+8 0 1122334455667788",
                    "READ 1+1 77 77",
                    "READ 2+4 33445566 33445566",
                    "WRITE 7+2 11 fffe",
                    "READ 0+4 55667788 55667788",
                    "WRITE 0+4 55667788 55667786",
                    "READ 0+8 fe22334455667786 fe22334455667786",
                    "WRITE 0+8 fe22334455667786 fffffffffffffffe",
                    "WRITE ffc+4 0 55667788",
                    "WRITE 1000+4 0 11223344",
                    "READ ffc+4 55667788 55667788",
                    "READ 1000+4 11223344 11223344",
                    "READ 0+8 fffffffffffffffe fffffffffffffffe",
                    "WRITE 8+4 ff fffffffe",
                    "WRITE 0+8 fffffffffffffffe 0",
                    "WRITE 8+8 fffffffe 0"));
            for (int block = 16; block < 64; block += 8) {
                expected.add("WRITE %x+8 0 0".formatted(block));
            }
            assertEquals(expected, lines);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStopComesBehindTheInstruction(EngineChoice engine) {
        try (var plain = running(engine, ACCESSES);
                var machine = running(engine, ACCESSES)) {
            machine.step(1000);
            var steps = new ArrayList<Long>();
            machine.machine().probes().onAccess(DATA, 8, access -> {
                steps.add(access.step());
                return Verdict.STOP;
            });
            for (int i = 0; i < 100; i++) {
                assertEquals(StopReason.PROBE, machine.step(1000));
                assertEquals(steps.getLast() + 1, machine.steps());
                plain.machine().runTo(machine.steps(), machine.machine().virtualNanos());
                assertEquals(plain.machine().registerHash(), machine.machine().registerHash());
                assertEquals(plain.machine().stateHash(), machine.machine().stateHash());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void readsAndWritesAreAskedForApart(EngineChoice engine) {
        try (var machine = running(engine, ACCESSES)) {
            machine.step(1000);
            var kinds = new ArrayList<MemoryAccess.Kind>();
            Probe reads = machine.machine().probes().onRead(DATA, 8, access -> {
                kinds.add(access.kind());
                return Verdict.GO_ON;
            });
            machine.step(1600);
            assertEquals(500, kinds.size(), 5, "five reads in each of 100 rounds");
            assertEquals(
                    List.of(MemoryAccess.Kind.READ), kinds.stream().distinct().toList());
            reads.remove();
            kinds.clear();
            machine.machine().probes().onWrite(DATA, 8, access -> {
                kinds.add(access.kind());
                return Verdict.GO_ON;
            });
            machine.step(1600);
            assertEquals(500, kinds.size(), 5, "and five writes");
            assertEquals(
                    List.of(MemoryAccess.Kind.WRITE), kinds.stream().distinct().toList());
        }
    }

    @Test
    void devicesAreShownByThePiecesThatTouchTheRange() {
        try (var machine = TinyMachine.running("loop: j loop")) {
            var lines = new ArrayList<String>();
            machine.machine().probes().onWrite(DATA + 0xffd, 6, access -> {
                assertEquals(MemoryAccess.Agent.DEVICE, access.agent());
                assertEquals(MemoryAccess.NONE, access.hart());
                lines.add(line(access));
                return Verdict.STOP;
            });
            var bytes = new byte[8192];
            bytes[0x10] = 7;
            bytes[0x18] = 9;
            machine.machine().ram().write(DATA + 0xff0 - 8, bytes, 0, bytes.length);
            machine.machine().ram().writeInt(DATA + 0x1001, -1);
            assertEquals(List.of("WRITE ff8+8 0 7", "WRITE 1000+8 0 9", "WRITE 1001+4 0 ffffffff"), lines);
            assertEquals(StopReason.PROBE, machine.step(10), "before another step is made");
            assertEquals(0, machine.steps());
            assertEquals(StopReason.STEP_LIMIT, machine.step(10));
            machine.machine().reset();
            assertEquals(3, lines.size(), "loading the images is no event");
            machine.machine().ram().writeInt(DATA + 0x1001, -1);
            assertEquals(4, lines.size(), "probes outlive a reset");
        }
    }

    @Test
    void onlyRamCanBeProbed() {
        try (var machine = TinyMachine.running("loop: j loop")) {
            Probes probes = machine.machine().probes();
            long end = MemoryMap.RAM + machine.machine().ram().sizeBytes();
            assertThrows(IllegalArgumentException.class, () -> probes.onRead(end - 1, 2, _ -> Verdict.STOP));
            assertThrows(IllegalArgumentException.class, () -> probes.onRead(end - 1, 0, _ -> Verdict.STOP));
            assertThrows(IllegalArgumentException.class, () -> probes.onRead(MemoryMap.UART, 1, _ -> Verdict.STOP));
        }
    }
}

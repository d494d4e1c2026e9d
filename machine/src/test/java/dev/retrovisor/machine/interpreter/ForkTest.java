package dev.retrovisor.machine.interpreter;

import static dev.retrovisor.machine.Guests.DONE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.retrovisor.machine.TinyMachine;
import dev.retrovisor.machine.isa.Insns;
import dev.retrovisor.machine.isa.Ops;
import dev.retrovisor.machine.memory.Ram;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The fork against the machine that it was forked from: the same instructions, the same registers and memory. */
final class ForkTest {
    private static final Fork.Guide EVERYWHERE = pc -> pc;

    /** Opcodes of loads and stores, also floating-point ones, of atomics, branches and jumps. */
    private static final Set<Integer> NOT_ON_REGISTERS_ALONE = Set.of(0x03, 0x07, 0x23, 0x27, 0x2F, 0x63, 0x67, 0x6F);

    private static final int OPCODE = 0x7F;

    /** A machine's memory, to read; what is written is kept here. */
    private static final class Overlay implements Fork.Memory {
        private final Ram ram;
        private final Map<Long, Byte> written = new HashMap<>();

        Overlay(Ram ram) {
            this.ram = ram;
        }

        @Override
        public int fetch(long virtualAddress) {
            return ram.readInt(virtualAddress);
        }

        @Override
        public long load(long virtualAddress, int sizeBytes) {
            long value = 0;
            for (int i = sizeBytes - 1; i >= 0; i--) {
                long address = virtualAddress + i;
                value = value << 8 | written.getOrDefault(address, (byte) ram.readByte(address)) & 0xff;
            }
            return value;
        }

        @Override
        public void store(long virtualAddress, int sizeBytes, long value) {
            for (int i = 0; i < sizeBytes; i++) {
                written.put(virtualAddress + i, (byte) (value >>> 8 * i));
            }
        }
    }

    /** Runs both to the end in single steps; returns how many. */
    private static int compare(TinyMachine guest) {
        var memory = new Overlay(guest.machine().ram());
        var fork = new Fork(memory);
        fork.begin(guest.machine().hart(0), guest.pc());
        int steps = 0;
        for (; guest.pc() != guest.label("done"); steps++) {
            String at = "instruction at 0x%x".formatted(guest.pc());
            assertEquals(Fork.End.LIMIT, fork.run(EVERYWHERE, 1), at);
            guest.step(1);
            assertEquals(guest.pc(), fork.pc(), at);
            for (int i = 0; i < 32; i++) {
                assertEquals(guest.machine().hart(0).x(i), fork.x(i), at + ", x" + i);
            }
        }
        memory.written.forEach(
                (address, value) -> assertEquals((byte) guest.machine().ram().readByte(address), value));
        return steps;
    }

    @Test
    void instructionsOnRegistersDoWhatTheMachineDoes() {
        var random = new SplittableRandom(1);
        var program = new StringBuilder();
        for (int i = 1; i < 32; i++) {
            program.append("li x%d, %d\n".formatted(i, random.nextBoolean() ? random.nextLong() : random.nextInt(70)));
        }
        List<Insns.Row> rows = Insns.all().stream()
                .filter(row -> row.op() < Ops.FIRST_FLOAT)
                .filter(row -> !NOT_ON_REGISTERS_ALONE.contains(
                        Insns.base(row.op()).encoding().match() & OPCODE))
                .toList();
        for (int i = 0; i < 20 * rows.size(); i++) {
            Insns.Row row = rows.get(i % rows.size());
            int bits =
                    row.encoding().match() | random.nextInt() & ~row.encoding().mask();
            if (Insns.find(bits) != row) {
                continue; // A field that this encoding does not allow.
            }
            program.append(".half 0x%x\n".formatted(bits & 0xFFFF));
            if (row.encoding().lengthBytes() == 4) {
                program.append(".half 0x%x\n".formatted(bits >>> 16));
            }
        }
        try (var guest = TinyMachine.running(program + DONE)) {
            assertEquals(true, compare(guest) > 1000);
        }
    }

    @Test
    void loadsStoresAtomicsAndJumpsDoWhatTheMachineDoes() {
        try (var guest = TinyMachine.running("""
                la s0, cell
                la sp, stack
                li a0, 5
                call factorial
                sd a0, 0(s0)
                sb a0, 11(s0)
                lb a1, 16(s0)
                lbu a2, 16(s0)
                lh a3, 16(s0)
                lhu a4, 16(s0)
                lw a5, 16(s0)
                lwu a6, 16(s0)
                ld a7, 13(s0)
                sh a7, 19(s0)
                sw a7, 27(s0)
                amoadd.d t0, a0, (s0)
                amoswap.w t1, a1, (s0)
                amomaxu.d t2, a7, (s0)
                amomin.w t3, a2, (s0)
                la t4, over
                jr t4
                li a0, 1
                over: j done
                factorial:
                addi sp, sp, -16
                sd ra, 0(sp)
                sd a0, 8(sp)
                beqz a0, one
                addi a0, a0, -1
                call factorial
                ld t0, 8(sp)
                mul a0, a0, t0
                j back
                one: li a0, 1
                back: ld ra, 0(sp)
                addi sp, sp, 16
                ret
                """ + DONE + """
                .align 6
                cell: .dword 0, 1, -2, 0x123456789abcdef0, -1
                .zero 512
                stack: .dword 0
                """)) {
            assertEquals(true, compare(guest) > 60);
        }
    }

    @Test
    void interruptsAreSwitchedInAStatusOfItsOwn() {
        try (var guest = TinyMachine.running("""
                csrsi sstatus, 2
                csrrci a0, sstatus, 2
                csrr a1, sstatus
                andi a0, a0, 2
                csrrs a2, sstatus, a0
                csrrc a3, sstatus, a0
                csrrsi a4, sstatus, 2
                csrr a5, sstatus
                csrrc a6, sstatus, a0
                """ + DONE)) {
            assertEquals(9, compare(guest));
        }
    }

    @Test
    void nothingOfItShowsInTheMachine() {
        try (var guest = TinyMachine.running("la s0, cell\nsd s0, 0(s0)" + DONE + "\n.align 3\ncell: .dword 7\n")) {
            long before = guest.machine().stateHash();
            var fork = new Fork(new Overlay(guest.machine().ram()));
            fork.begin(guest.machine().hart(0), guest.pc());
            Fork.End end = fork.run(pc -> pc == guest.label("done") ? Fork.STOP : pc, 100);
            assertEquals(Fork.End.STOPPED, end);
            assertEquals(guest.label("done"), fork.pc());
            assertEquals(before, guest.machine().stateHash());
            assertEquals(7, guest.dword("cell"));
        }
    }

    @Test
    void whatConcernsTheWholeHartEndsIt() {
        for (String instruction : List.of(
                "csrr a0, mstatus",
                "csrsi sstatus, 1",
                "csrwi sstatus, 2",
                "ecall",
                "lr.d a0, (a1)",
                "fadd.d fa0, fa0, fa0")) {
            try (var guest = TinyMachine.running("nop\n" + instruction + DONE)) {
                var fork = new Fork(new Overlay(guest.machine().ram()));
                fork.begin(guest.machine().hart(0), guest.pc());
                assertEquals(Fork.End.UNSUPPORTED, fork.run(EVERYWHERE, 100), instruction);
            }
        }
    }
}

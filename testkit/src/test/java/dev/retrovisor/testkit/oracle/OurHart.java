package dev.retrovisor.testkit.oracle;

import dev.retrovisor.machine.EngineChoice;
import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.board.BootImages;
import dev.retrovisor.machine.board.MachineConfig;
import dev.retrovisor.machine.board.PagingMode;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.memory.Ram;
import dev.retrovisor.testkit.GuestPrograms;
import java.util.List;

/** Our machine in user mode, running cases as {@code instruction-oracle.c} does: one step each, two with a prelude. */
final class OurHart implements AutoCloseable {
    private static final long MEMORY_BYTES = 64L << 20;
    private static final long USER = 0;
    private static final long MACHINE = 3;

    private final Machine machine;
    private final HartState state;
    private final Ram ram;

    OurHart(GuestPrograms programs) {
        byte[] setup = programs.flatBinary(Ram.BASE, List.of("oracle-setup.S"));
        var config = new MachineConfig(
                MEMORY_BYTES, 1, 1_000_000, PagingMode.SV39, true, "", List.of(), List.of(), false, 0, new byte[32]);
        machine = Machine.of(
                config, new BootImages(setup, new byte[0], new byte[0]), List.of(), _ -> {}, EngineChoice.TRANSLATOR);
        state = machine.hart(0);
        ram = machine.ram();
        while (state.get(HartState.PRIVILEGE) != USER) {
            step(1);
        }
    }

    private void step(int steps) {
        machine.runTo(machine.steps() + steps, Long.MAX_VALUE);
    }

    /** Runs all cases. */
    void run(CaseBatch cases, CaseBatch results) {
        results.setCount(cases.count());
        for (int i = 0; i < cases.count(); i++) {
            if (cases.isInSlot(i)) {
                writeCode(cases, i);
            }
        }
        for (int i = 0; i < cases.count(); i++) {
            if (!cases.isInSlot(i)) {
                writeCode(cases, i);
            }
            results.copyFrom(cases, i);
            enter(cases, i);
            step(1);
            if (cases.prelude(i) != 0 && state.get(HartState.PRIVILEGE) == USER) {
                step(1);
            }
            leave(cases, results, i);
        }
    }

    private void writeCode(CaseBatch cases, int index) {
        long at = cases.address(index);
        if (cases.prelude(index) != 0) {
            writeInstruction(at, cases.prelude(index), 4);
            at += 4;
        }
        writeInstruction(at, cases.instruction(index), cases.instructionBytes(index));
    }

    private void writeInstruction(long address, int bits, int lengthBytes) {
        byte[] bytes = {(byte) bits, (byte) (bits >> 8), (byte) (bits >> 16), (byte) (bits >> 24)};
        ram.write(address, bytes, 0, lengthBytes);
    }

    private void enter(CaseBatch cases, int index) {
        for (int register = 1; register < 32; register++) {
            state.setX(register, cases.x(index, register));
        }
        for (int register = 0; register < 32; register++) {
            state.setF(register, cases.f(index, register));
        }
        long pointed = cases.isInSlot(index) ? CaseBatch.recordAddress(index) : cases.address(index);
        state.setX(cases.pointer(index), pointed);
        state.set(HartState.FFLAGS, cases.fcsr(index) & 31);
        state.set(HartState.FRM, cases.fcsr(index) >>> 5 & 7);
        for (int word = 0; word < CaseBatch.WINDOW_BYTES / 8; word++) {
            ram.writeLong(CaseBatch.WINDOW + word * 8, cases.memory(index, word));
        }
        state.setPc(cases.address(index));
    }

    private void leave(CaseBatch cases, CaseBatch results, int index) {
        for (int register = 1; register < 32; register++) {
            results.setX(index, register, state.x(register));
        }
        for (int register = 0; register < 32; register++) {
            results.setF(index, register, state.f(register));
        }
        results.setFcsr(index, state.get(HartState.FRM) << 5 | state.get(HartState.FFLAGS));
        for (int word = 0; word < CaseBatch.WINDOW_BYTES / 8; word++) {
            results.setMemory(index, word, ram.readLong(CaseBatch.WINDOW + word * 8));
        }
        if (state.get(HartState.PRIVILEGE) == MACHINE) {
            results.setX(index, 0, state.get(HartState.MEPC));
            results.setSignal(index, signal(state.get(HartState.MCAUSE)));
            step(1); // the handler's mret
        } else {
            leaveUntrapped(cases, results, index);
        }
    }

    private void leaveUntrapped(CaseBatch cases, CaseBatch results, int index) {
        long pc = state.pc();
        if (cases.isInSlot(index)) {
            int codeBytes = cases.instructionBytes(index) + (cases.prelude(index) == 0 ? 0 : 4);
            results.setX(index, 0, pc == cases.address(index) + codeBytes ? 0 : pc);
        } else {
            boolean inSea = pc >= CaseBatch.SEA && pc < CaseBatch.SEA + CaseBatch.SEA_BYTES;
            results.setX(index, 0, pc);
            results.setSignal(index, inSea ? CaseBatch.SIGTRAP : CaseBatch.SIGSEGV);
        }
    }

    /** What Linux makes of an exception (privileged manual, "Machine Cause Register"). */
    private static int signal(long cause) {
        return switch ((int) cause) {
            case 0, 4, 6 -> CaseBatch.SIGBUS;
            case 1, 5, 7 -> CaseBatch.SIGSEGV;
            case 2 -> CaseBatch.SIGILL;
            case 3 -> CaseBatch.SIGTRAP;
            default -> throw new IllegalStateException("cause %#x in user mode without paging".formatted(cause));
        };
    }

    @Override
    public void close() {
        machine.close();
    }
}

package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.Positions;
import dev.retrovisor.introspect.inspect.Column;
import dev.retrovisor.introspect.linux.Task;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.isa.Disassembler;
import dev.retrovisor.traces.Position;
import java.util.List;
import java.util.Optional;

/**
 * Where the machine stands and what it is about to do.
 *
 * @param pid of the process that the hart runs; 0 if it runs none, or nobody knows
 * @param instruction the next one; empty if its memory is not there
 */
record Here(
        long step,
        @Column(Column.Style.NANOS) long virtualNanos,
        int hart,
        String mode,
        int pid,
        int tid,
        String process,
        @Column(Column.Style.HEX) long pc,
        String symbol,
        String instruction,
        boolean isWaiting) {
    private static final List<String> MODES = List.of("user", "supervisor", "reserved", "machine");

    static Here of(Session session) {
        Guest guest = session.guest();
        HartState state = guest.machine().hart(guest.hart());
        Position position = session.position();
        Optional<Task> running = running(guest);
        return new Here(
                position.step(),
                position.virtualNanos(),
                guest.hart(),
                MODES.get((int) state.get(HartState.PRIVILEGE) & 3),
                running.flatMap(task -> Guest.tolerant(() -> Optional.of(task.tgid())))
                        .orElse(0),
                running.flatMap(task -> Guest.tolerant(() -> Optional.of(task.pid())))
                        .orElse(0),
                running.flatMap(task -> Guest.tolerant(() -> Optional.of(task.name())))
                        .orElse(""),
                state.pc(),
                guest.symbolAt(state.pc()),
                instruction(guest, state.pc()),
                state.get(HartState.WAITING) != 0);
    }

    private static Optional<Task> running(Guest guest) {
        return Guest.tolerant(() -> guest.hasLinux()
                ? guest.kernel().currentTask(guest.hart()).map(object -> new Task(guest.kernel(), object))
                : Optional.empty());
    }

    private static String instruction(Guest guest, long pc) {
        return Guest.tolerant(() -> {
                    AddressSpace space = guest.codeSpace(pc);
                    byte[] bytes = new byte[4];
                    int there = space.readAvailable(pc, bytes, bytes.length);
                    boolean isShort = (bytes[0] & 3) != 3;
                    if (there < (isShort ? 2 : 4)) {
                        return Optional.empty();
                    }
                    int bits = bytes[0] & 0xff | (bytes[1] & 0xff) << 8 | (bytes[2] & 0xff) << 16 | bytes[3] << 24;
                    return Optional.of(Disassembler.disassemble(bits, pc));
                })
                .orElse("");
    }

    /** {@code sh (132)}; empty if no process runs. */
    String who() {
        return pid == 0
                ? ""
                : tid == pid ? "%s (%d)".formatted(process, pid) : "%s (%d/%d)".formatted(process, pid, tid);
    }

    /** Two lines for people. */
    List<String> lines() {
        String first = "%s  hart %d  %s%s%s"
                .formatted(
                        Positions.words(new Position(step, virtualNanos)),
                        hart,
                        mode,
                        pid == 0 ? "" : "  " + who(),
                        isWaiting ? "  waits for an interrupt" : "");
        String second = "0x%x%s%s"
                .formatted(
                        pc,
                        symbol.isEmpty() ? "" : " <" + symbol + ">",
                        instruction.isEmpty() ? "" : ":  " + instruction);
        return List.of(first, second);
    }
}

package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.CellText;
import dev.retrovisor.cli.Positions;
import dev.retrovisor.cli.UserMistake;
import dev.retrovisor.cli.prompt.CommandRow.Group;
import dev.retrovisor.cli.prompt.Syntax.Kind;
import dev.retrovisor.introspect.inspect.Column;
import dev.retrovisor.machine.probe.MemoryAccess;
import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.replayer.timeline.LastWrite;
import dev.retrovisor.traces.Position;
import java.util.List;
import java.util.Optional;

/** Says who wrote memory last. */
final class LastWriteCommand implements PromptCommand {
    /**
     * @param step that wrote, before it was made
     * @param process that ran then; empty if none did, or a device wrote
     */
    record Written(
            long step,
            @Column(Column.Style.NANOS) long virtualNanos,
            String by,
            int hart,
            int pid,
            String process,
            @Column(Column.Style.HEX) long pc,
            String symbol,
            @Column(Column.Style.HEX) long physicalAddress,
            int sizeBytes,
            @Column(Column.Style.HEX) long before,
            @Column(Column.Style.HEX) long after) {
        static Written of(Session session, LastWrite last) {
            MemoryAccess access = last.access();
            Here then = session.at(last.before(), () -> {
                if (access.hart() >= 0) {
                    session.guest().look(access.hart());
                }
                return Here.of(session);
            });
            boolean isByHart = access.hart() >= 0;
            return new Written(
                    last.before().step(),
                    last.before().virtualNanos(),
                    CellText.word(access.agent()),
                    access.hart(),
                    isByHart ? then.pid() : 0,
                    isByHart ? then.process() : "",
                    access.pc(),
                    isByHart ? then.symbol() : "",
                    access.physicalAddress(),
                    access.sizeBytes(),
                    access.before(),
                    access.after());
        }

        List<String> lines() {
            String who = hart < 0
                    ? "by a " + by
                    : "by %s at 0x%x%s%s"
                            .formatted(
                                    by.equals("instruction") ? "the instruction" : "a page walk",
                                    pc,
                                    symbol.isEmpty() ? "" : " <" + symbol + ">",
                                    process.isEmpty() ? "" : ", " + process + " (" + pid + ")");
            return List.of(
                    "written %s".formatted(Positions.words(new Position(step, virtualNanos))),
                    "  %d byte%s at physical 0x%x, 0x%x -> 0x%x"
                            .formatted(sizeBytes, sizeBytes == 1 ? "" : "s", physicalAddress, before, after),
                    "  " + who);
        }
    }

    @Override
    public CommandRow row() {
        return CommandRow.of(
                        "last-write",
                        Group.LOOKING,
                        "who wrote memory last, before now: position, process, instruction",
                        Syntax.of()
                                .needs("WHAT", Kind.ADDRESS)
                                .option("length", "BYTES", Kind.NUMBER)
                                .flag("go"))
                .alias("lw")
                .example("last-write current->comm", "who named this thread")
                .example("last-write $sp go", "and goes there, before the step that wrote");
    }

    @Override
    public Reply run(Session session, Arguments arguments) {
        Guest guest = session.guest();
        Guest.Piece piece = guest.piece(arguments.get("WHAT"));
        int length = WatchCommand.length(piece, arguments);
        long physical = guest.physical(piece.address());
        if (!guest.view().memory().contains(physical, length)) {
            throw new UserMistake("physical 0x%x: not in RAM".formatted(physical));
        }
        int hart = guest.hart();
        Optional<LastWrite> found =
                session.watched(watcher -> session.timeline().lastWrite(physical, length, watcher));
        guest.moved();
        if (found.isEmpty()) {
            return new Reply.Facts(
                    session.isCancelled() ? "stopped by ^C" : "nobody has written it since the trace's beginning",
                    new Nobody(physical, length));
        }
        Written written = Written.of(session, found.get());
        guest.look(hart);
        if (arguments.has("go")) {
            session.seek(new ReplayTarget.At(found.get().before()));
            if (written.hart() >= 0) {
                guest.look(written.hart());
            }
        }
        return new Reply.Facts(written.lines(), written);
    }

    private record Nobody(@Column(Column.Style.HEX) long physicalAddress, int lengthBytes) {}
}

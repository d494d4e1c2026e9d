package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.Positions;
import dev.retrovisor.cli.UserMistake;
import dev.retrovisor.introspect.memory.PhysicalMemory;
import dev.retrovisor.machine.probe.MemoryAccess;
import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.replayer.timeline.Direction;
import dev.retrovisor.replayer.timeline.Hit;
import dev.retrovisor.replayer.timeline.LastWrite;
import dev.retrovisor.replayer.timeline.Stop;
import dev.retrovisor.replayer.timeline.Trigger;
import dev.retrovisor.replayer.timeline.Triggers;
import dev.retrovisor.replayer.timeline.Watcher;
import dev.retrovisor.traces.Position;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** When bytes came to stand at a place: the first time in the trace, or the last time before now. The machine stays. */
final class SearchInTime {
    private final Session session;
    private final byte[] pattern;

    private record Never(boolean found) {}

    private record Always(boolean found, Position since) {}

    SearchInTime(Session session, byte[] pattern) {
        this.session = session;
        this.pattern = pattern;
    }

    Reply run(Arguments arguments) {
        boolean isFirst = arguments.has("first");
        if (isFirst && arguments.has("last")) {
            throw new UserMistake("first or last: one of the two");
        }
        Guest guest = session.guest();
        long physical = guest.physical(guest.piece(arguments.get("at")).address());
        if (!guest.view().memory().contains(physical, pattern.length)) {
            throw new UserMistake("physical 0x%x: not in RAM".formatted(physical));
        }
        Position here = session.position();
        int hart = guest.hart();
        try {
            return isFirst ? first(physical) : last(physical);
        } finally {
            session.timeline().seek(new ReplayTarget.At(here), Watcher.NONE);
            guest.look(hart);
        }
    }

    private Reply first(long physical) {
        Position start = session.timeline().start();
        session.timeline().seek(new ReplayTarget.At(start), Watcher.NONE);
        session.guest().moved();
        return stands(physical) ? since(start) : search(Direction.FORWARD, physical);
    }

    private Reply last(long physical) {
        return search(Direction.BACKWARD, physical);
    }

    private Reply search(Direction direction, long physical) {
        var memory = session.guest().view().memory();
        Trigger trigger = Triggers.memory(
                physical, pattern.length, Triggers.AccessKind.WRITE, access -> standsAfter(memory, physical, access));
        Stop stop = session.watched(watcher -> session.timeline().run(direction, List.of(trigger), watcher));
        session.guest().moved();
        return switch (stop.cause()) {
            case HIT -> written(stop.hit().orElseThrow());
            case CANCELLED -> new Reply.Facts("stopped by ^C", new Never(false));
            case START ->
                stands(physical)
                        ? since(stop.position())
                        : new Reply.Facts("it has never stood there before", new Never(false));
            case ARRIVED, END -> new Reply.Facts("it never stands there", new Never(false));
        };
    }

    private static Reply since(Position start) {
        return new Reply.Facts("it stands there at the trace's beginning already", new Always(true, start));
    }

    private Reply written(Hit hit) {
        var written = LastWriteCommand.Written.of(session, new LastWrite(hit.before(), (MemoryAccess) hit.what()));
        var lines = new ArrayList<String>();
        lines.add("it came to stand there " + Positions.words(hit.before()) + ":");
        lines.addAll(written.lines().subList(1, written.lines().size()));
        return new Reply.Facts(lines, written);
    }

    private boolean stands(long physical) {
        byte[] now = new byte[pattern.length];
        session.guest().view().memory().read(physical, now, 0, now.length);
        return Arrays.equals(now, pattern);
    }

    /** Whether the bytes will stand there when an access is made. */
    private boolean standsAfter(PhysicalMemory memory, long physical, MemoryAccess access) {
        for (int i = 0; i < pattern.length; i++) {
            long offset = physical + i - access.physicalAddress();
            boolean isWritten = offset >= 0 && offset < access.sizeBytes();
            byte value = isWritten ? (byte) (access.after() >>> 8 * offset) : (byte) memory.readByte(physical + i);
            if (value != pattern[i]) {
                return false;
            }
        }
        return true;
    }
}

package dev.retrovisor.replayer.timeline;

import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.state.PageSpace;
import dev.retrovisor.machine.state.StateReader;
import dev.retrovisor.machine.state.StateWriter;
import dev.retrovisor.replayer.Replay;
import dev.retrovisor.replayer.timeline.KnownState.Content;
import dev.retrovisor.traces.PageMap;
import dev.retrovisor.traces.Position;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.LongStream;

/**
 * The states of a trace's machine that can be put back, by position, and how far the machine has gone from one of them:
 * putting one back moves only the pages in which it differs from what the machine is.
 */
final class KnownStates implements AutoCloseable {
    /** A state costs at least so much in tables; for those who would fill the memory with pages of one word. */
    private static final int MOST_IN_MEMORY = 4096;

    /** What there must be beside the first state. */
    private static final long LEAST_ROOM_BYTES = 64L << 20;

    /** States are missed most where one has been a moment ago. */
    private static final double NEAR_STEPS = 1_000_000;

    private final Replay replay;
    private final Machine machine;
    private final List<PageSpace> spaces;
    private final Stored stored;
    private final MemoryPages memory;
    private final NavigableMap<Position, KnownState> states = new TreeMap<>();
    private final StateWriter sections = new StateWriter();
    private final byte[] page = new byte[PageSpace.PAGE_BYTES];

    /** What the machine was when its pages were last followed up; pages written since are told by their spaces. */
    private List<PageMap> maps;

    private int inMemory;

    /** The pages of checkpoints on disk. */
    interface Stored extends AutoCloseable {
        List<StoredCheckpoint> list();

        void readPage(long name, byte[] target);

        @Override
        void close();
    }

    /** Begins with the machine at power-on, which becomes the first state. */
    KnownStates(Replay replay, Stored stored, long memoryBytes) {
        this.replay = replay;
        this.stored = stored;
        machine = replay.machine();
        spaces = machine.pageSpaces();
        long firstBytes = PageSpace.PAGE_BYTES
                * spaces.stream().mapToLong(PageSpace::writtenPages).sum();
        memory = new MemoryPages(Math.max(memoryBytes, firstBytes + LEAST_ROOM_BYTES));
        maps = spaces.stream()
                .map(space -> PageMap.empty(space.name(), space.pageCount()))
                .toList();
        capture();
        stored.list().forEach(checkpoint -> states.putIfAbsent(checkpoint.position(), checkpoint));
    }

    /** The last state of which the condition, which holds up to some position, holds; null if there is none. */
    KnownState lastWhere(Predicate<Position> condition) {
        KnownState found = null;
        for (KnownState state : states.values()) {
            if (!condition.test(state.position())) {
                break;
            }
            found = state;
        }
        return found;
    }

    /** The last state at or before a position; null if there is none. */
    KnownState floor(Position position) {
        var entry = states.floorEntry(position);
        return entry == null ? null : entry.getValue();
    }

    /** The last state before a position; null if there is none. */
    KnownState before(Position position) {
        var entry = states.lowerEntry(position);
        return entry == null ? null : entry.getValue();
    }

    /** Takes the machine's state, if there is none here yet and there is memory for it. */
    void capture() {
        if (states.containsKey(replay.position())) {
            return;
        }
        var written = new ArrayList<long[]>();
        int count = 0;
        for (PageSpace space : spaces) {
            long[] pages = written(space);
            written.add(pages);
            count += pages.length;
        }
        if (!makeRoom(count)) {
            return;
        }
        long nanos = machine.virtualNanos();
        var taken = new ArrayList<PageMap>();
        for (int i = 0; i < spaces.size(); i++) {
            PageSpace space = spaces.get(i);
            var builder = new PageMap.Builder(maps.get(i));
            for (long number : written.get(i)) {
                space.readPage(number, page);
                builder.put(number, MemoryPages.isZero(page) ? PageMap.ZEROS : memory.put(page), nanos);
            }
            taken.add(builder.build());
        }
        sections.clear();
        machine.save(sections);
        follow(taken);
        states.put(replay.position(), new MemoryState(replay.place(), new Content(sections.toByteArray(), maps)));
        inMemory++;
    }

    /** Makes the machine, and the replay's cursors, what they were. */
    void restore(KnownState state) {
        Content content = state.content();
        for (int i = 0; i < spaces.size(); i++) {
            PageSpace space = spaces.get(i);
            PageMap target = content.maps().get(i);
            PageMap now = maps.get(i);
            long[] written = written(space);
            target.forEachDifference(now, (number, name, _) -> put(space, number, name));
            for (long number : written) {
                long name = target.name(number);
                if (name == now.name(number)) {
                    put(space, number, name);
                }
            }
        }
        machine.load(new StateReader(content.sections()));
        follow(content.maps());
        replay.resume(state.place());
    }

    private void put(PageSpace space, long number, long name) {
        if (name == PageMap.ABSENT) {
            space.erasePage(number);
            return;
        }
        if (name == PageMap.ZEROS) {
            Arrays.fill(page, (byte) 0);
        } else if (MemoryPages.isOurs(name)) {
            memory.get(name, page);
        } else {
            stored.readPage(name, page);
        }
        space.writePage(number, page);
    }

    private void follow(List<PageMap> now) {
        maps = now;
        spaces.forEach(PageSpace::forgetWritten);
    }

    private static long[] written(PageSpace space) {
        LongStream.Builder pages = LongStream.builder();
        space.forEachWritten(pages);
        return pages.build().toArray();
    }

    /**
     * A virtual time since which a page of RAM was not written, up to a state, or up to where the machine stands.
     *
     * @param state null for where the machine stands
     */
    long quietSince(KnownState state, long ramPage) {
        if (state != null) {
            return state.content().maps().getFirst().writtenAt(ramPage);
        }
        for (long written : written(spaces.getFirst())) {
            if (written == ramPage) {
                return Long.MAX_VALUE;
            }
        }
        return maps.getFirst().writtenAt(ramPage);
    }

    /** Whether there is room for so many pages more, after dropping what is least missed. */
    private boolean makeRoom(int pages) {
        while (memory.room() < pages || inMemory >= MOST_IN_MEMORY) {
            if (inMemory <= 1) {
                return false;
            }
            for (int i = inMemory / 8; i >= 0; i--) {
                dropLeastMissed();
            }
            sweep();
        }
        return true;
    }

    /** Drops the state in memory whose loss makes the smallest gap for its distance from here; power-on is kept. */
    private void dropLeastMissed() {
        KnownState least = null;
        double leastMissed = Double.MAX_VALUE;
        for (KnownState state : states.values()) {
            Position lower = states.lowerKey(state.position());
            if (lower == null || !(state instanceof MemoryState)) {
                continue;
            }
            Position higher = states.higherKey(state.position());
            double gap = (higher == null ? replay.position() : higher).step() - lower.step();
            double distance = Math.abs(state.position().step() - machine.steps());
            double missed = Math.abs(gap) / (distance + NEAR_STEPS);
            if (missed < leastMissed) {
                leastMissed = missed;
                least = state;
            }
        }
        if (least != null) {
            states.remove(least.position());
            inMemory--;
        }
    }

    private void sweep() {
        var marks = new MemoryPages.Marks();
        List<PageMap> previous = maps;
        for (int i = 0; i < maps.size(); i++) {
            maps.get(i).forEach((_, name, _) -> marks.add(name));
        }
        for (KnownState state : states.values()) {
            if (state instanceof MemoryState taken) {
                Content content = taken.content();
                for (int i = 0; i < maps.size(); i++) {
                    content.maps().get(i).forEachDifference(previous.get(i), (_, name, _) -> marks.add(name));
                }
                previous = content.maps();
            }
        }
        memory.keepOnly(marks);
    }

    @Override
    public void close() {
        try (stored) {
            memory.close();
        }
    }
}

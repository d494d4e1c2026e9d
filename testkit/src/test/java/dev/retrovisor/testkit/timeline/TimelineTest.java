package dev.retrovisor.testkit.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.retrovisor.machine.board.PagingMode;
import dev.retrovisor.machine.memory.Ram;
import dev.retrovisor.machine.probe.Verdict;
import dev.retrovisor.replayer.Replay;
import dev.retrovisor.replayer.ReplayListener;
import dev.retrovisor.replayer.ReplayOptions;
import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.replayer.timeline.Direction;
import dev.retrovisor.replayer.timeline.Hit;
import dev.retrovisor.replayer.timeline.Stop;
import dev.retrovisor.replayer.timeline.Stop.Cause;
import dev.retrovisor.replayer.timeline.Timeline;
import dev.retrovisor.replayer.timeline.TimelineOptions;
import dev.retrovisor.replayer.timeline.Trigger;
import dev.retrovisor.replayer.timeline.Triggers;
import dev.retrovisor.replayer.timeline.Triggers.AccessKind;
import dev.retrovisor.replayer.timeline.Watcher;
import dev.retrovisor.testkit.debian.DebianRun;
import dev.retrovisor.traces.Position;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** A timeline over a real Debian's boot and programs against straight replays of the same trace. */
@ParameterizedClass
@ValueSource(ints = {1, 4})
final class TimelineTest {
    private static final int MOST_HITS = 40;

    @TempDir
    private static Path folder;

    private static Path trace;
    private static Timeline timeline;
    private static long end;

    private final Random random = new Random(20261125);
    private final int harts;

    TimelineTest(int harts) {
        this.harts = harts;
    }

    @BeforeParameterizedClassInvocation
    static void record(int harts) {
        trace = folder.resolve("demo%d.trace".formatted(harts));
        DebianRun.workload("demo", harts, PagingMode.SV39, Optional.of(trace));
        timeline = Timeline.open(trace, ReplayOptions.standard(), TimelineOptions.standard());
        end = timeline.end().step();
    }

    @AfterParameterizedClassInvocation
    static void close() {
        timeline.close();
    }

    @Test
    void theStateAtAnyPositionIsThatOfAStraightReplay() {
        long[] steps = random.longs(200, 0, end + 1).toArray();
        var hashes = new TreeMap<Long, Long>();
        for (long step : steps) {
            hashes.put(step, 0L);
        }
        try (var replay = Replay.open(trace, ReplayOptions.standard())) {
            hashes.replaceAll((step, _) -> {
                replay.run(new ReplayTarget.Step(step), ReplayListener.SILENT);
                return replay.machine().stateHash();
            });
        }
        for (long step : steps) {
            assertEquals(Cause.ARRIVED, seek(step).cause());
            assertEquals(hashes.get(step), timeline.machine().stateHash(), () -> "state at step " + step);
        }
    }

    @Test
    void stepsBackAreTheStepsForwardInReverse() {
        long from = random.nextLong(end / 2, end - 100);
        seek(from);
        var forwards = new ArrayList<Long>();
        for (int i = 0; i < 20; i++) {
            forwards.add(timeline.machine().registerHash());
            timeline.step(1, Watcher.NONE);
        }
        var backwards = new ArrayList<Long>();
        for (int i = 0; i < 20; i++) {
            timeline.step(-1, Watcher.NONE);
            backwards.add(timeline.machine().registerHash());
        }
        Collections.reverse(backwards);
        assertEquals(forwards, backwards);
        assertEquals(from, timeline.position().step());
    }

    @Test
    void breakpointsAreHitBackwardsWhereTheyAreForwards() {
        var triggers = new ArrayList<Trigger>();
        for (int i = 0; i < 5; i++) {
            seek(random.nextLong(end / 4, end));
            triggers.add(
                    Triggers.pc(timeline.machine().hart(random.nextInt(harts)).pc(), _ -> true));
        }
        requireSameHitsBothWays(triggers, random.nextLong(end / 4, end / 2), end);
    }

    @Test
    void watchpointsAreHitBackwardsWhereTheyAreForwards() {
        long from = random.nextLong(end / 4, end / 2);
        List<Long> written = writtenNear(from);
        for (AccessKind kind : AccessKind.values()) {
            Collections.shuffle(written, random);
            List<Trigger> triggers = written.stream()
                    .limit(4)
                    .map(address -> Triggers.memory(address, 8, kind, _ -> true))
                    .toList();
            requireSameHitsBothWays(triggers, from, from + 20_000_000);
        }
    }

    @Test
    void trapsAndConsoleTextAreHitBackwardsWhereTheyAreForwards() {
        long anyInterrupt = -1;
        requireSameHitsBothWays(List.of(Triggers.trap(0, anyInterrupt, _ -> true)), end / 2, end);
        requireSameHitsBothWays(List.of(Triggers.console(0, Pattern.compile("workload [a-z]+ "))), end / 2, end);
    }

    @Test
    void theLastWriteIsThatOfAScanForwards() {
        List<Long> written = writtenNear(end / 3);
        for (int i = 0; i < 8; i++) {
            long step = random.nextLong(end / 2, end);
            boolean oftenWritten = i % 2 == 0;
            long address = oftenWritten
                    ? written.get(random.nextInt(written.size()))
                    : Ram.BASE + random.nextLong(16 << 20) / 8 * 8;
            long last = lastWriteByScan(address, step);
            seek(step);
            long found = timeline.lastWrite(address, 8, Watcher.NONE)
                    .map(write -> write.access().step())
                    .orElse(-1L);
            assertEquals(last, found, () -> "last write to %#x before step %,d".formatted(address, step));
            assertEquals(step, timeline.position().step(), "the timeline stays where it is");
        }
    }

    @Test
    void aSearchThatIsCancelledGoesBackToWhereItBegan() {
        seek(end - 10);
        Position before = timeline.position();
        var impatient = new Watcher() {
            private int asked;

            @Override
            public boolean isCancelled() {
                return ++asked > 3;
            }
        };
        Stop stop = timeline.run(Direction.BACKWARD, List.of(Triggers.pc(2, _ -> true)), impatient);
        assertEquals(Cause.CANCELLED, stop.cause());
        assertEquals(before, timeline.position());
    }

    @Test
    void aCheckpointOnDiskLeadsToTheSameStates() {
        seek(end * 2 / 3);
        timeline.checkpoint("two-thirds");
        try (var other = Timeline.open(trace, ReplayOptions.standard(), TimelineOptions.standard())) {
            other.seek(ReplayTarget.parse("checkpoint:two-thirds"), Watcher.NONE);
            assertEquals(timeline.position(), other.position());
            assertEquals(timeline.machine().stateHash(), other.machine().stateHash());
            timeline.step(3_000_000, Watcher.NONE);
            other.step(3_000_000, Watcher.NONE);
            assertEquals(timeline.machine().stateHash(), other.machine().stateHash());
        }
    }

    @Test
    void bothEndsAreReported() {
        seek(end / 2);
        assertEquals(
                Cause.START,
                timeline.run(Direction.BACKWARD, List.of(), Watcher.NONE).cause());
        assertEquals(timeline.start(), timeline.position());
        assertEquals(Cause.START, timeline.step(-1, Watcher.NONE).cause());
        assertEquals(
                Cause.END,
                timeline.run(Direction.FORWARD, List.of(), Watcher.NONE).cause());
        assertEquals(timeline.end(), timeline.position());
        assertEquals(Cause.END, timeline.step(1, Watcher.NONE).cause());
    }

    private Stop seek(long step) {
        return timeline.seek(new ReplayTarget.Step(step), Watcher.NONE);
    }

    private void requireSameHitsBothWays(List<? extends Trigger> triggers, long from, long to) {
        seek(from);
        var forwards = new ArrayList<Position>();
        while (forwards.size() < MOST_HITS) {
            Stop stop = timeline.run(Direction.FORWARD, triggers, Watcher.NONE);
            if (stop.cause() != Cause.HIT || stop.position().step() > to) {
                break;
            }
            Position hit = stop.hit().map(Hit::before).orElseThrow();
            if (forwards.isEmpty() || !forwards.getLast().equals(hit)) {
                forwards.add(hit);
            }
        }
        assertThat(forwards).as("hits of %s", triggers).isNotEmpty();
        seek(forwards.getLast().step() + 1);
        var backwards = new ArrayList<Position>();
        while (backwards.size() < forwards.size()) {
            Stop stop = timeline.run(Direction.BACKWARD, triggers, Watcher.NONE);
            assertEquals(Cause.HIT, stop.cause(), () -> "after " + backwards);
            backwards.add(stop.hit().map(Hit::before).orElseThrow());
        }
        Collections.reverse(backwards);
        assertEquals(forwards, backwards);
    }

    /** Addresses of some words that are written soon behind a step. */
    private List<Long> writtenNear(long step) {
        var addresses = new ArrayList<Long>();
        var sampled = new Random(step);
        try (var replay = Replay.open(trace, ReplayOptions.standard())) {
            replay.run(new ReplayTarget.Step(step), ReplayListener.SILENT);
            replay.machine().probes().onWrite(Ram.BASE, replay.machine().ram().sizeBytes(), access -> {
                if (sampled.nextInt(100) == 0) {
                    addresses.add(access.physicalAddress() & -8);
                }
                return Verdict.GO_ON;
            });
            replay.run(new ReplayTarget.Step(step + 2_000_000), ReplayListener.SILENT);
        }
        assertThat(addresses).hasSizeGreaterThan(10);
        return addresses;
    }

    private long lastWriteByScan(long address, long before) {
        var last = new long[] {-1};
        try (var replay = Replay.open(trace, ReplayOptions.standard())) {
            replay.machine().probes().onWrite(address, 8, access -> {
                last[0] = access.step();
                return Verdict.GO_ON;
            });
            replay.run(new ReplayTarget.Step(before), ReplayListener.SILENT);
        }
        return last[0];
    }
}

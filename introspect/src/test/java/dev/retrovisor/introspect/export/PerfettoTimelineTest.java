package dev.retrovisor.introspect.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retrovisor.introspect.event.Handover;
import dev.retrovisor.introspect.event.Lasting;
import dev.retrovisor.introspect.event.Moment;
import dev.retrovisor.introspect.heap.CallStack;
import dev.retrovisor.introspect.heap.HeapEvent;
import dev.retrovisor.introspect.process.ProcessEvent;
import dev.retrovisor.introspect.process.SchedulingEvent;
import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Events as Perfetto's trace processor decodes them. Field numbers: protos/perfetto/trace of Perfetto, {@code TracePacket},
 * {@code TrackDescriptor}, {@code TrackEvent}, {@code InternedData}.
 */
class PerfettoTimelineTest {
    private static final int SLICE_BEGIN = 1;
    private static final int SLICE_END = 2;
    private static final int INSTANT = 3;
    private static final int COUNTER = 4;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PerfettoTimeline timeline = new PerfettoTimeline(new PerfettoTrace(bytes));

    private List<Proto> packets() {
        return Proto.parse(bytes.toByteArray()).messages(1);
    }

    private List<Proto> tracks() {
        return packets().stream()
                .filter(packet -> packet.has(60))
                .map(packet -> packet.message(60))
                .toList();
    }

    private List<Proto> events(int type) {
        return packets().stream()
                .filter(packet -> packet.has(11) && packet.message(11).number(9) == type)
                .toList();
    }

    /** Event names by their numbers. */
    private Map<Long, String> names() {
        Map<Long, String> names = new HashMap<>();
        packets().stream()
                .filter(packet -> packet.has(12))
                .flatMap(packet -> packet.message(12).messages(2).stream())
                .forEach(name -> names.put(name.number(1), name.text(2)));
        return names;
    }

    private static Moment at(long nanos, int pid, int tid, String comm) {
        return new Moment(nanos * 10, nanos, 0, pid, tid, comm);
    }

    @Test
    void aThreadRunsOnAHartFromOneSwitchToTheNext() {
        timeline.accept(new SchedulingEvent.Switched(at(100, 0, 0, "swapper/0"), "R", false, 7, 8, "sh"));
        timeline.accept(new SchedulingEvent.Switched(at(350, 7, 8, "sh"), "S", false, 0, 0, "swapper/0"));
        timeline.end(400);

        Proto begin = events(SLICE_BEGIN).getFirst();
        assertThat(begin.number(8)).isEqualTo(100);
        assertThat(names().get(begin.message(11).number(10))).isEqualTo("sh 8");
        assertThat(events(SLICE_END))
                .hasSize(1)
                .first()
                .extracting(end -> end.number(8))
                .isEqualTo(350L);
        assertThat(tracks().getFirst().text(2)).isEqualTo("hart 0");
    }

    @Test
    void whoRunsAtTheEndRunsUpToIt() {
        timeline.accept(new SchedulingEvent.Switched(at(100, 0, 0, "swapper/0"), "R", false, 7, 8, "sh"));
        timeline.end(400);

        assertThat(events(SLICE_END))
                .hasSize(1)
                .first()
                .extracting(end -> end.number(8))
                .isEqualTo(400L);
    }

    @Test
    void anArrowGoesFromTheWakerToWhereTheWokenRuns() {
        timeline.accept(new SchedulingEvent.Woken(at(50, 1, 1, "init"), 7, 8, "sh"));
        timeline.accept(new SchedulingEvent.Switched(at(100, 1, 1, "init"), "S", false, 7, 8, "sh"));
        timeline.end(200);

        long begins = events(INSTANT).getFirst().message(11).number(47);
        assertThat(events(SLICE_BEGIN).getFirst().message(11).number(48)).isEqualTo(begins);
    }

    @Test
    void processesAndThreadsHaveTracksWithTheirNumbers() {
        timeline.accept(new ProcessEvent.Exited(at(10, 7, 8, "worker"), 0, 0, false, false));

        Proto process =
                tracks().stream().filter(track -> track.has(3)).findFirst().orElseThrow();
        Proto thread =
                tracks().stream().filter(track -> track.has(4)).findFirst().orElseThrow();
        assertThat(process.message(3).number(1)).isEqualTo(7);
        assertThat(thread.message(4).number(1)).isEqualTo(7);
        assertThat(thread.message(4).number(2)).isEqualTo(8);
        assertThat(thread.message(4).text(5)).isEqualTo("worker");
        assertThat(events(INSTANT).getFirst().message(11).number(11)).isEqualTo(thread.number(1));
    }

    @Test
    void aNumberThatIsUsedAgainIsAnotherTrack() {
        timeline.accept(new ProcessEvent.Exited(at(10, 7, 7, "old"), 0, 0, false, true));
        timeline.accept(new ProcessEvent.Reaped(at(20, 1, 1, "init"), 7, 7, "old"));
        timeline.accept(new ProcessEvent.Exited(at(30, 7, 7, "new"), 0, 0, false, true));

        assertThat(tracks().stream()
                        .filter(track -> track.has(4))
                        .map(track -> track.message(4).text(5)))
                .containsExactly("old", "init", "new");
    }

    @Test
    void aHeapCountsWhatIsAllocatedAndNotFreed() {
        var stack = new CallStack(List.of());
        timeline.accept(new HeapEvent.Allocated(at(10, 7, 7, "a"), "malloc", 0x1000, 100, stack));
        timeline.accept(new HeapEvent.Allocated(at(20, 7, 7, "a"), "malloc", 0x2000, 30, stack));
        timeline.accept(new HeapEvent.Resized(at(30, 7, 7, "a"), "realloc", 0x1000, 0x3000, 50, stack));
        timeline.accept(new HeapEvent.Freed(at(40, 7, 7, "a"), "free", 0x2000, stack));

        assertThat(events(COUNTER).stream().map(packet -> packet.message(11).number(30)))
                .containsExactly(100L, 130L, 80L, 50L);
        assertThat(tracks().stream()
                        .filter(track -> track.has(8))
                        .findFirst()
                        .orElseThrow()
                        .message(8)
                        .number(3))
                .as("bytes")
                .isEqualTo(3);
    }

    /** Something that takes time. */
    private record Call(Moment at, long startNanos, long durationNanos, boolean isFinished) implements Lasting {
        @Override
        public String stream() {
            return "syscall";
        }

        @Override
        public String type() {
            return "read";
        }

        @Override
        public String summary() {
            return "read(0)";
        }
    }

    /** Something that goes from 7 to 9. */
    private record Message(Moment at, long sentNanos, long sentStep) implements Handover {
        @Override
        public int fromPid() {
            return 7;
        }

        @Override
        public int fromTid() {
            return 7;
        }

        @Override
        public String fromComm() {
            return "from";
        }

        @Override
        public int toPid() {
            return 9;
        }

        @Override
        public int toTid() {
            return 9;
        }

        @Override
        public String toComm() {
            return "to";
        }

        @Override
        public String stream() {
            return "ipc";
        }

        @Override
        public String type() {
            return "pipe";
        }

        @Override
        public String summary() {
            return "5 bytes";
        }
    }

    @Test
    void aCallIsASliceFromItsBeginningToItsEnd() {
        timeline.accept(new Call(at(90, 7, 7, "a"), 20, 70, true));
        timeline.accept(new Call(at(200, 7, 7, "a"), 100, 0, false));

        assertThat(events(SLICE_BEGIN).stream().map(begin -> begin.number(8))).containsExactly(20L, 100L);
        assertThat(events(SLICE_END).stream().map(end -> end.number(8))).containsExactly(90L, 200L);
    }

    @Test
    void anArrowGoesFromTheSenderToTheReceiver() {
        timeline.accept(new Message(at(90, 9, 9, "to"), 20, 1));

        List<Proto> ends = events(INSTANT);
        assertThat(ends.stream().map(end -> end.number(8))).containsExactly(20L, 90L);
        assertThat(ends.get(1).message(11).number(48))
                .isEqualTo(ends.get(0).message(11).number(47));
        assertThat(ends.get(0).message(11).number(11))
                .isNotEqualTo(ends.get(1).message(11).number(11));
    }

    @Test
    void whatWasSentNobodyKnowsWhenHasNoArrow() {
        timeline.accept(new Message(at(90, 9, 9, "to"), 0, 0));

        assertThat(events(INSTANT)).hasSize(1).noneMatch(end -> end.message(11).has(48));
    }

    @Test
    void hostileNamesAreShownAsNumbers() {
        timeline.accept(new ProcessEvent.Exited(at(10, 7, 7, "\u001b[2J\u202e"), 0, 0, false, true));

        assertThat(tracks().stream()
                        .filter(track -> track.has(4))
                        .findFirst()
                        .orElseThrow()
                        .message(4)
                        .text(5))
                .doesNotContain("\u001b")
                .doesNotContain("\u202e")
                .contains("U+001B");
    }

    @Test
    void onlyTheFirstPacketBeginsAnew() {
        timeline.accept(new ProcessEvent.Exited(at(10, 7, 7, "a"), 0, 0, false, true));

        assertThat(packets().stream().map(packet -> packet.number(13)))
                .startsWith(3L)
                .containsOnlyOnce(3L);
        assertThat(packets()).allMatch(packet -> packet.number(10) == 1);
    }
}

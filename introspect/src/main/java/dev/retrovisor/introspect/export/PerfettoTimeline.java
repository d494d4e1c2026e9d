package dev.retrovisor.introspect.export;

import dev.retrovisor.introspect.allocation.MemoryEvent;
import dev.retrovisor.introspect.event.GuestEvent;
import dev.retrovisor.introspect.event.Handover;
import dev.retrovisor.introspect.event.Lasting;
import dev.retrovisor.introspect.event.Moment;
import dev.retrovisor.introspect.export.PerfettoTrace.Annotation;
import dev.retrovisor.introspect.export.PerfettoTrace.Label;
import dev.retrovisor.introspect.heap.HeapEvent;
import dev.retrovisor.introspect.process.ProcessEvent;
import dev.retrovisor.introspect.process.SchedulingEvent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Guest events on Perfetto's timeline: a track a hart with who runs on it, a track a process and thread with what these do
 * and how long it takes, arrows from who wakes a thread to where it runs and from senders to receivers, a counter a process
 * for its heap.
 */
public final class PerfettoTimeline {
    private static final int IDLE = 0;

    private final PerfettoTrace trace;
    private final PerfettoThreads threads;
    private final PerfettoHeaps heaps;
    private final PerfettoKernelMemory kernelMemory;
    private final Map<Integer, Running> running = new HashMap<>();

    /** Arrows that begin at the last waking of a thread, by thread. */
    private final Map<Integer, Long> wakings = new HashMap<>();

    private long lastFlow;

    /** Who has had a hart since when; {@code waking} is the arrow that ends there, or 0. */
    private record Running(long track, long sinceNanos, int tid, String name, long waking) {}

    public PerfettoTimeline(PerfettoTrace trace) {
        this.trace = trace;
        threads = new PerfettoThreads(trace);
        heaps = new PerfettoHeaps(trace);
        kernelMemory = new PerfettoKernelMemory(trace);
    }

    /** Puts an event on its track. */
    public void accept(GuestEvent event) {
        switch (event) {
            case SchedulingEvent.Switched switched -> switched(switched);
            case SchedulingEvent.Woken woken -> woken(woken);
            case ProcessEvent.Renamed renamed -> {
                instant(event);
                threads.rename(renamed.pid(), renamed.tid(), renamed.newName());
            }
            case ProcessEvent.Reaped reaped -> {
                instant(event);
                threads.forget(reaped.pid(), reaped.tid());
                wakings.remove(reaped.tid());
            }
            case HeapEvent heap -> heaps.accept(heap, threads.process(heap.at()));
            case MemoryEvent memory -> {
                if (!kernelMemory.accept(memory)) {
                    instant(event);
                }
            }
            case Lasting lasting -> lasts(lasting);
            case Handover handover -> goes(handover);
            default -> instant(event);
        }
    }

    private void lasts(Lasting event) {
        Moment at = event.at();
        long end = event.isFinished() ? event.startNanos() + event.durationNanos() : at.virtualNanos();
        trace.slice(track(at), event.startNanos(), end, label(event));
    }

    /** Where it was sent, if that is known, and where it arrived, with an arrow between. */
    private void goes(Handover event) {
        Moment at = event.at();
        Label label = label(event);
        long flow = ++lastFlow;
        boolean hasSender = event.fromTid() != IDLE && event.sentStep() != 0;
        boolean hasReceiver = event.toTid() != IDLE;
        if (hasSender) {
            long track = threads.thread(event.fromPid(), event.fromTid(), event.fromComm());
            trace.instant(track, event.sentNanos(), hasReceiver ? label.startingFlow(flow) : label);
        }
        if (hasReceiver) {
            long track = threads.thread(event.toPid(), event.toTid(), event.toComm());
            trace.instant(track, at.virtualNanos(), hasSender ? label.endingFlow(flow) : label);
        }
        if (!hasSender && !hasReceiver) {
            instant(event);
        }
    }

    private void instant(GuestEvent event) {
        Moment at = event.at();
        trace.instant(track(at), at.virtualNanos(), label(event));
    }

    /** A thread's track; what happens while a hart idles is on the hart's. */
    private long track(Moment at) {
        return at.tid() == IDLE ? threads.hart(at.hart()) : threads.thread(at);
    }

    private static Label label(GuestEvent event) {
        return new Label(event.stream(), Xml.visible(event.type()))
                .with(List.of(
                        new Annotation.Number("step", event.at().step()),
                        new Annotation.Text("what", Xml.visible(event.summary()))));
    }

    private void switched(SchedulingEvent.Switched event) {
        Moment at = event.at();
        end(at.hart(), at.virtualNanos());
        if (event.nextTid() != IDLE) {
            Long waking = wakings.remove(event.nextTid());
            running.put(
                    at.hart(),
                    new Running(
                            threads.hart(at.hart()),
                            at.virtualNanos(),
                            event.nextTid(),
                            event.nextComm(),
                            waking == null ? 0 : waking));
        }
    }

    private void end(int hart, long nanos) {
        Running ended = running.remove(hart);
        if (ended != null) {
            var label = new Label("sched", "%s %d".formatted(Xml.visible(ended.name()), ended.tid()));
            trace.slice(
                    ended.track(),
                    ended.sinceNanos(),
                    nanos,
                    ended.waking() == 0 ? label : label.endingFlow(ended.waking()));
        }
    }

    private void woken(SchedulingEvent.Woken event) {
        long flow = ++lastFlow;
        wakings.put(event.wokenTid(), flow);
        Moment at = event.at();
        trace.instant(track(at), at.virtualNanos(), label(event).startingFlow(flow));
    }

    /** Ends what is still going on at the last moment. */
    public void end(long virtualNanos) {
        List.copyOf(running.keySet()).forEach(hart -> end(hart, virtualNanos));
    }
}

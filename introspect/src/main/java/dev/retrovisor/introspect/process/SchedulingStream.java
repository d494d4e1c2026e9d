package dev.retrovisor.introspect.process;

import dev.retrovisor.introspect.event.EventStream;
import dev.retrovisor.introspect.event.GuestEvent;
import dev.retrovisor.introspect.event.Moment;
import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.linux.Task;
import dev.retrovisor.introspect.tracepoint.TracepointHit;
import dev.retrovisor.introspect.tracepoint.Tracepoints;
import java.util.List;

/**
 * The {@code sched} stream: who runs when, and who woke whom. Apart from {@code process}, since there are so many of these
 * that their cost shows in guests that do little else.
 */
public final class SchedulingStream implements EventStream {
    /** include/linux/sched.h */
    private static final int TASK_DEAD = 0x80;

    @Override
    public String name() {
        return "sched";
    }

    @Override
    public String summary() {
        return "which thread a hart runs next, and which thread wakes which";
    }

    @Override
    public List<Class<? extends GuestEvent>> eventTypes() {
        return List.of(SchedulingEvent.Switched.class, SchedulingEvent.Woken.class);
    }

    @Override
    public List<String> eventWords() {
        return List.of("switch", "wake");
    }

    @Override
    public void watch(Watch watch) {
        Tracepoints tracepoints = Tracepoints.of(watch.kernel());
        tracepoints.attach(watch, "sched_switch", hit -> switched(watch, hit));
        // Unlike sched_wakeup, which may come on the woken thread's hart, this one comes on the waker's.
        tracepoints.attach(watch, "sched_waking", hit -> woken(watch, hit));
        tracepoints.attach(watch, "sched_wakeup_new", hit -> woken(watch, hit));
    }

    private static void switched(Watch watch, TracepointHit hit) {
        long previous = hit.argument(1);
        Moment next = watch.moment(hit.hart(), hit.argument(2));
        boolean preempted = (hit.argument(0) & 0xff) != 0;
        // A thread that is preempted on its way to sleep runs on first.
        int state = preempted ? 0 : (int) hit.argument(3);
        // Only of a thread that is dead does it matter how.
        int exitState =
                (state & TASK_DEAD) == 0 ? 0 : hit.object(1, "task_struct").getInt("exit_state");
        watch.emit(new SchedulingEvent.Switched(
                watch.moment(hit.hart(), previous),
                String.valueOf(Task.stateLetter(state, exitState)),
                preempted,
                next.pid(),
                next.tid(),
                next.comm()));
    }

    private static void woken(Watch watch, TracepointHit hit) {
        Moment woken = watch.moment(hit.hart(), hit.argument(0));
        watch.emit(new SchedulingEvent.Woken(watch.now(hit.hart()), woken.pid(), woken.tid(), woken.comm()));
    }
}

package dev.retrovisor.cli.gdb;

import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.replayer.timeline.Direction;
import dev.retrovisor.replayer.timeline.Stop;
import dev.retrovisor.replayer.timeline.Timeline;
import dev.retrovisor.replayer.timeline.Watcher;
import java.util.List;

/** Single steps of one hart, while all others make as many as they do meanwhile. */
final class HartSteps {
    /** A first guess at how long others had their turns. */
    private static final long FIRST_STRIDE_STEPS = 1 << 14;

    private final Mover mover;

    HartSteps(Mover mover) {
        this.mover = mover;
    }

    /** Goes on until the hart has made one more step. */
    Stop forward(int hart, Watcher watcher) {
        long made = made(hart);
        Stop stop = mover.step(1, watcher);
        if (made(hart) != made || stop.cause() != Stop.Cause.ARRIVED) {
            return stop;
        }
        stop = mover.run(Direction.FORWARD, List.of(new HartTriggers.Steps(hart)), watcher);
        boolean standsBefore = stop.cause() == Stop.Cause.HIT && made(hart) == made;
        return standsBefore ? mover.step(1, watcher) : stop;
    }

    /** Goes back to before the last step that the hart made. */
    Stop backward(int hart, Watcher watcher) {
        long made = made(hart);
        Stop stop = mover.step(-1, watcher);
        if (made(hart) != made || stop.cause() != Stop.Cause.ARRIVED) {
            return stop;
        }
        Timeline timeline = mover.timeline().orElseThrow();
        long behind = stop.position().step();
        long stride = FIRST_STRIDE_STEPS;
        long before = behind;
        while (made(hart) == made) {
            if (stop.cause() == Stop.Cause.CANCELLED || stop.cause() == Stop.Cause.START) {
                return stop;
            }
            behind = before;
            before = Math.max(timeline.start().step(), before - stride);
            if (before == behind) {
                return new Stop(Stop.Cause.START, timeline.position(), stop.hit());
            }
            stop = timeline.seek(new ReplayTarget.Step(before), watcher);
            stride *= 4;
        }
        // The hart's count of steps only grows: it makes the one step somewhere between the two.
        while (behind - before > 1) {
            long middle = (before + behind) >>> 1;
            stop = timeline.seek(new ReplayTarget.Step(middle), watcher);
            if (stop.cause() == Stop.Cause.CANCELLED) {
                return stop;
            }
            if (made(hart) == made) {
                behind = middle;
            } else {
                before = middle;
            }
        }
        return timeline.seek(new ReplayTarget.Step(before), watcher);
    }

    private long made(int hart) {
        return mover.machine().hart(hart).get(HartState.STEPS);
    }
}

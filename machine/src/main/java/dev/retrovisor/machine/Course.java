package dev.retrovisor.machine;

import dev.retrovisor.machine.board.StopReason;

/**
 * How a machine that is recorded and one that replays go on, restarts included: both use this, so that both agree on
 * what happens at one moment, in this order:
 *
 * <ol>
 *   <li>the machine gets there: {@link #advance} returns, also for the moment of power-on, {@code advance(0, 0)};
 *   <li>inputs of that moment are applied;
 *   <li>hashes of that moment are taken;
 *   <li>if it stopped for a restart, it is reset, as the next {@link #advance} begins.
 * </ol>
 *
 * <p>So no input may follow a hash of the same moment: the machine must first go on by a step, or by a nanosecond.
 */
public final class Course {
    private final Machine machine;
    private boolean restartDue;

    public Course(Machine machine) {
        this.machine = machine;
    }

    /** Goes on as {@link Machine#runTo} does; a machine whose last stop was {@link StopReason#RESET} restarts first. */
    public StopReason advance(long stepLimit, long idleLimitNanos) {
        if (restartDue) {
            machine.reset();
        }
        StopReason reason = machine.runTo(stepLimit, idleLimitNanos);
        restartDue = reason == StopReason.RESET;
        return reason;
    }
}

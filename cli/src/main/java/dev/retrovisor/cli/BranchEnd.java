package dev.retrovisor.cli;

import dev.retrovisor.recorder.RunOptions;
import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.traces.Position;
import dev.retrovisor.traces.TraceReader;
import java.util.Optional;

/**
 * Where a branch is to end: at a number of steps, or at a moment.
 *
 * @param maxSteps {@link RunOptions#UNLIMITED_STEPS} for none
 * @param moment as a script wants it
 */
record BranchEnd(long maxSteps, Optional<Position> moment) {
    static final BranchEnd NONE = new BranchEnd(RunOptions.UNLIMITED_STEPS, Optional.empty());

    /** What the user's words mean, for a branch of a trace. */
    static BranchEnd of(String until, TraceReader trace) {
        ReplayTarget target = ReplayTarget.parse(until);
        return switch (target) {
            case ReplayTarget.Step(long step) -> new BranchEnd(step, Optional.empty());
            case ReplayTarget.VirtualTime(long nanos) ->
                new BranchEnd(RunOptions.UNLIMITED_STEPS, Optional.of(new Position(Long.MAX_VALUE, nanos)));
            case ReplayTarget.At(Position position) -> new BranchEnd(RunOptions.UNLIMITED_STEPS, Optional.of(position));
            case ReplayTarget.End _ ->
                new BranchEnd(
                        RunOptions.UNLIMITED_STEPS,
                        Optional.of(trace.durableEnd().position()));
            case ReplayTarget.Named _ -> {
                ReplayTarget.Limit at = target.resolve(trace);
                yield new BranchEnd(
                        RunOptions.UNLIMITED_STEPS, Optional.of(new Position(at.step(), at.virtualNanos())));
            }
            case ReplayTarget.Percent _, ReplayTarget.Event _ ->
                new BranchEnd(target.resolve(trace).step(), Optional.empty());
        };
    }

    /** @throws UserMistake if it is not behind where the branch begins */
    void requireBehind(Position start, String until) {
        boolean isBehind = maxSteps > start.step()
                && moment.filter(at -> at.virtualNanos() <= start.virtualNanos() || at.step() < start.step())
                        .isEmpty();
        if (!isBehind) {
            throw new UserMistake("--until %s: the branch begins at %s".formatted(until, Positions.words(start)));
        }
    }
}

package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.prompt.CommandRow.Group;
import dev.retrovisor.replayer.timeline.Direction;

/** Runs to the next breakpoint, on or back. */
final class ContinueCommand implements PromptCommand {
    private final CommandRow row;
    private final Direction direction;

    private ContinueCommand(CommandRow row, Direction direction) {
        this.row = row;
        this.direction = direction;
    }

    static PromptCommand on() {
        return new ContinueCommand(
                CommandRow.of("continue", Group.MOVING, "run on to a breakpoint, or the trace's end", Syntax.of())
                        .alias("c")
                        .example("continue", "to the next time that a breakpoint is met; ^C stops"),
                Direction.FORWARD);
    }

    static PromptCommand back() {
        return new ContinueCommand(
                CommandRow.of(
                                "reverse",
                                Group.MOVING,
                                "run back to a breakpoint, or the trace's beginning",
                                Syntax.of())
                        .alias("rc", "reverse-continue")
                        .example("reverse", "to the last time before that a breakpoint was met"),
                Direction.BACKWARD);
    }

    @Override
    public CommandRow row() {
        return row;
    }

    @Override
    public Reply run(Session session, Arguments arguments) {
        return Stopped.reply(session, session.run(direction, session.stops().triggers()));
    }
}

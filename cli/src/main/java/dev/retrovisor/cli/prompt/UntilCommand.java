package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.UserMistake;
import dev.retrovisor.cli.prompt.CommandRow.Group;
import dev.retrovisor.cli.prompt.Syntax.Kind;
import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.replayer.timeline.Direction;
import dev.retrovisor.replayer.timeline.Stop;
import dev.retrovisor.replayer.timeline.Trigger;
import dev.retrovisor.replayer.timeline.Triggers;
import java.util.ArrayList;
import java.util.Optional;

/** Runs on to an address, or to a position with the breakpoints on. */
final class UntilCommand implements PromptCommand {
    @Override
    public CommandRow row() {
        return CommandRow.of(
                        "until",
                        Group.MOVING,
                        "run on to an address or a position, or to a breakpoint before",
                        Syntax.of().needs("ADDRESS|POSITION", Kind.ADDRESS))
                .alias("u")
                .example("until do_exit", "to the next time that a process ends")
                .example("until boot+3s", "to there, unless a breakpoint is met");
    }

    @Override
    public Reply run(Session session, Arguments arguments) {
        String text = arguments.get("ADDRESS|POSITION");
        var triggers = new ArrayList<Trigger>(session.stops().triggers());
        Optional<ReplayTarget> position = position(session, text);
        if (position.isEmpty()) {
            triggers.add(Triggers.pc(session.guest().address(text), _ -> true));
            return Stopped.reply(session, session.run(Direction.FORWARD, triggers));
        }
        Stop stop = session.runTo(position.get(), triggers);
        return Stopped.reply(session, stop);
    }

    private static Optional<ReplayTarget> position(Session session, String text) {
        boolean isPosition = text.matches("[0-9][0-9_.]*[kKMG%]?|[0-9_]+/[0-9_]+|boot\\+.*|event:.*|end|[+].*");
        Optional<ReplayTarget> found =
                isPosition && !text.startsWith("0x") ? Optional.of(session.target(text)) : session.find(text);
        found.ifPresent(target -> {
            if (target.resolve(session.timeline().trace())
                    .isReached(session.position().step(), session.position().virtualNanos())) {
                throw new UserMistake("%s is here or behind: 'go %s' goes back".formatted(text, text));
            }
        });
        return found;
    }
}

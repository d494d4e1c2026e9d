package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.prompt.CommandRow.Group;
import dev.retrovisor.cli.prompt.Syntax.Kind;

/** Goes to a position. */
final class GoCommand implements PromptCommand {
    @Override
    public CommandRow row() {
        return CommandRow.of(
                        "go",
                        Group.MOVING,
                        "go to a position, ahead or behind",
                        Syntax.of().needs("POSITION", Kind.POSITION))
                .alias("seek", "g")
                .example("go 50%", "half way through the trace")
                .example("go boot+2.5s", "at so much virtual time")
                .example("go -20us", "a little back from here; +5M are five million steps on")
                .example("go -", "where the machine was before");
    }

    @Override
    public Reply run(Session session, Arguments arguments) {
        return Stopped.reply(session, session.seek(session.target(arguments.get("POSITION"))));
    }
}

package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.prompt.CommandRow.Group;

/** Leaves. */
final class QuitCommand implements PromptCommand {
    @Override
    public CommandRow row() {
        return CommandRow.of("quit", Group.PROMPT, "leave; so does ^D, and ^C twice at an empty line", Syntax.of())
                .alias("q", "exit");
    }

    @Override
    public Reply run(Session session, Arguments arguments) {
        return Reply.QUIT;
    }
}

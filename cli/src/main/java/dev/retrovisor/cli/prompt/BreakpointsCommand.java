package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.prompt.CommandRow.Group;

/** Lists what is set to stop at. */
final class BreakpointsCommand implements PromptCommand {
    @Override
    public CommandRow row() {
        return CommandRow.of(
                        "breakpoints", Group.STOPPING, "list breakpoints, watchpoints and catchpoints", Syntax.of())
                .alias("bl");
    }

    @Override
    public Reply run(Session session, Arguments arguments) {
        return StopList.rows(session.stops().all());
    }
}

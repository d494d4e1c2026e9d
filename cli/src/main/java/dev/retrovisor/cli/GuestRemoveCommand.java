package dev.retrovisor.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Removes a guest from the cache. */
@Command(
        name = "rm",
        description = "Remove a guest and what was downloaded for it. Traces have what they need and still replay.",
        optionListHeading = "%nOptions:%n",
        footer = {"", "@|bold Examples|@", "  retrovisor guest rm debian"})
final class GuestRemoveCommand implements Callable<Integer> {
    private final Context context;

    @Parameters(
            paramLabel = "GUEST",
            completionCandidates = GuestCommand.Names.class,
            description = "The guest, as 'guest list' names it.")
    private String name;

    GuestRemoveCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        context.guests().remove(name);
        context.screen().out().println("removed " + name);
        return ExitCode.GOOD;
    }
}

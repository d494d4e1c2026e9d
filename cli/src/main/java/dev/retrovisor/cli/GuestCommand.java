package dev.retrovisor.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The parent of the commands that keep guests. */
@Command(
        name = "guest",
        description = "Get, list and remove guests: kernels and initial RAM disks that boot by name.",
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "@|bold Examples|@",
            "  retrovisor guest pull debian",
            "  retrovisor guest list --format json",
            "  retrovisor record debian"
        })
final class GuestCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    private GuestCommand() {}

    static CommandLine withSubcommands(Context context) {
        return new CommandLine(new GuestCommand())
                .addSubcommand(new GuestPullCommand(context))
                .addSubcommand(new GuestListCommand(context))
                .addSubcommand(new GuestRemoveCommand(context))
                .addSubcommand(new GuestPathCommand(context));
    }

    @Override
    public Integer call() {
        CommandLine commandLine = spec.commandLine();
        commandLine.usage(commandLine.getErr());
        return ExitCode.USER_MISTAKE;
    }

    /** Names that a shell offers. */
    static final class Names extends Words {
        Names() {
            super(dev.retrovisor.guests.Guests.known().toArray(String[]::new));
        }
    }
}

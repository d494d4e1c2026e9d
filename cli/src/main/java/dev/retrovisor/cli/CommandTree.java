package dev.retrovisor.cli;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.UsageMessageSpec;

/** All commands, and how a command line becomes an exit code. */
final class CommandTree {
    private static final int WIDEST_HELP = 110;
    private static final int NARROWEST_HELP = 85;

    private final Screen screen;
    private final Failures failures;
    private final RootCommand root = new RootCommand();
    private final CommandLine commandLine;

    CommandTree(Screen screen) {
        this(Context.ofProcess(screen));
    }

    CommandTree(Context context) {
        screen = context.screen();
        failures = new Failures(screen);
        commandLine = new CommandLine(root);
        // The one list of commands, in the order of the help.
        List.of(
                        new DemoCommand(context),
                        new RunCommand(context),
                        new RecordCommand(context),
                        new ReplayCommand(context),
                        new VerifyCommand(context),
                        new TraceinfoCommand(context),
                        GuestCommand.withSubcommands(context),
                        new CompletionCommand(context),
                        new VersionCommand(context))
                .forEach(commandLine::addSubcommand);
        configure(commandLine);
    }

    CommandLine commandLine() {
        return commandLine;
    }

    int run(String... arguments) {
        try {
            return commandLine.execute(arguments);
        } catch (Error e) {
            // picocli hands exceptions to our handler, and lets errors through: memory that the host does not have.
            return failures.report(e, commandLine, root.debug());
        }
    }

    private void configure(CommandLine all) {
        boolean colour = screen.outputHasColour();
        all.setOut(new PrintWriter(screen.out(), true));
        all.setErr(new PrintWriter(screen.err(), true));
        all.setColorScheme(CommandLine.Help.defaultColorScheme(colour ? Ansi.ON : Ansi.OFF));
        all.setUsageHelpWidth(Math.clamp(screen.columns(), NARROWEST_HELP, WIDEST_HELP));
        all.setCaseInsensitiveEnumValuesAllowed(true);
        all.setAbbreviatedOptionsAllowed(false);
        all.setParameterExceptionHandler((mistake, _) -> failures.report(mistake));
        all.setExecutionExceptionHandler((failure, command, _) -> failures.report(failure, command, root.debug()));
        shapeHelp(all);
    }

    private static void shapeHelp(CommandLine command) {
        UsageMessageSpec usage = command.getCommandSpec().usageMessage();
        usage.sortOptions(false);
        usage.autoWidth(false);
        if (usage.customSynopsis().length == 0) {
            usage.abbreviateSynopsis(true);
        }
        command.getSubcommands().values().forEach(CommandTree::shapeHelp);
    }
}

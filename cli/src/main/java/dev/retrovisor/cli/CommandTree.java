package dev.retrovisor.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * All commands, and how a command line becomes an exit code.
 *
 * <p>Picocli looks into a command's class for milliseconds, so a run makes the commands that its arguments need: one.
 */
final class CommandTree {
    private static final int WIDEST_HELP = 110;
    private static final int NARROWEST_HELP = 85;

    /** A command by its class, whose annotation has the name, and how to make it. */
    private record Entry(Class<?> type, Function<Context, Object> maker) {
        boolean isCalled(String word) {
            return type.getAnnotation(Command.class).name().equals(word);
        }
    }

    /** The one list of commands, in the order of the help. */
    private static final List<Entry> COMMANDS = List.of(
            new Entry(DemoCommand.class, DemoCommand::new),
            new Entry(RunCommand.class, RunCommand::new),
            new Entry(RecordCommand.class, RecordCommand::new),
            new Entry(ReplayCommand.class, ReplayCommand::new),
            new Entry(BranchCommand.class, BranchCommand::new),
            new Entry(FollowCommand.class, FollowCommand::new),
            new Entry(VerifyCommand.class, VerifyCommand::new),
            new Entry(InspectCommand.class, InspectCommand::new),
            new Entry(EventsCommand.class, EventsCommand::new),
            new Entry(ReplCommand.class, ReplCommand::new),
            new Entry(LeaksCommand.class, LeaksCommand::new),
            new Entry(ExportCommand.class, ExportCommand::new),
            new Entry(DumpCommand.class, DumpCommand::new),
            new Entry(IpcgraphCommand.class, IpcgraphCommand::new),
            new Entry(GdbserverCommand.class, GdbserverCommand::new),
            new Entry(CheckpointsCommand.class, CheckpointsCommand::new),
            new Entry(InputsCommand.class, InputsCommand::new),
            new Entry(TreeCommand.class, TreeCommand::new),
            new Entry(TraceinfoCommand.class, TraceinfoCommand::new),
            new Entry(GuestCommand.class, GuestCommand::withSubcommands),
            new Entry(CompletionCommand.class, CompletionCommand::new),
            new Entry(VersionCommand.class, VersionCommand::new));

    private final Context context;
    private final Screen screen;
    private final Failures failures;

    CommandTree(Screen screen) {
        this(Context.ofProcess(screen));
    }

    CommandTree(Context context) {
        this.context = context;
        screen = context.screen();
        failures = new Failures(screen);
    }

    /** All commands. */
    CommandLine commandLine() {
        return commandLine(new RootCommand(), COMMANDS);
    }

    int run(String... arguments) {
        var root = new RootCommand();
        CommandLine commandLine = commandLine(root, neededBy(arguments));
        try {
            return commandLine.execute(arguments);
        } catch (Error e) {
            // picocli hands exceptions to our handler, and lets errors through: memory that the host does not have.
            return failures.report(e, commandLine, root.debug());
        }
    }

    /** The command that is named first, none to say the version, else all: they are listed, or one was misspelt. */
    private static List<Entry> neededBy(String[] arguments) {
        String first = arguments.length == 0 ? "" : arguments[0];
        if (first.equals(RootCommand.VERSION_OPTION)) {
            return List.of();
        }
        for (Entry each : COMMANDS) {
            if (each.isCalled(first)) {
                return List.of(each);
            }
        }
        return COMMANDS;
    }

    private CommandLine commandLine(RootCommand root, List<Entry> commands) {
        var all = new CommandLine(root);
        for (Entry each : commands) {
            all.addSubcommand(each.maker().apply(context));
        }
        configure(all, root);
        return all;
    }

    private void configure(CommandLine all, RootCommand root) {
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

package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.NearWords;
import dev.retrovisor.cli.UserMistake;
import dev.retrovisor.introspect.inspect.Inspections;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** All commands of the prompt, in the order of the help. */
final class PromptCommands {
    private static final List<PromptCommand> ALL = list();

    private static final Map<String, PromptCommand> BY_NAME = new LinkedHashMap<>();

    static {
        ALL.forEach(command -> command.row().names().forEach(name -> BY_NAME.put(name, command)));
    }

    private PromptCommands() {}

    /** The one list. */
    private static List<PromptCommand> list() {
        var all = new ArrayList<PromptCommand>(List.of(
                new GoCommand(),
                StepCommand.on(),
                StepCommand.back(),
                ContinueCommand.on(),
                ContinueCommand.back(),
                new UntilCommand(),
                FinishCommand.on(),
                FinishCommand.back(),
                new WhenCommand(),
                new BreakCommand(),
                new WatchCommand(),
                new CatchCommand(),
                new BreakpointsCommand(),
                ChangeStopsCommand.delete(),
                ChangeStopsCommand.disable(),
                ChangeStopsCommand.enable(),
                new WhereCommand(),
                new RegsCommand(),
                new PrintCommand(),
                new TypeCommand(),
                new MemCommand(),
                new DisasCommand(),
                new LastWriteCommand(),
                new SearchCommand(),
                new HartCommand(),
                new ProcessCommand(),
                new SetCommand(),
                new EventsCommand(),
                MarkCommand.mark(),
                MarkCommand.note(),
                new MarksCommand(),
                new UnmarkCommand(),
                new HelpCommand(),
                new QuitCommand()));
        all.addAll(HandedOn.all());
        Inspections.all().forEach(inspection -> all.add(new InspectionLine(inspection)));
        return List.copyOf(all);
    }

    static List<PromptCommand> all() {
        return ALL;
    }

    /** All that can stand first in a line. */
    static List<String> names() {
        return List.copyOf(BY_NAME.keySet());
    }

    static boolean has(String name) {
        return BY_NAME.containsKey(name);
    }

    /**
     * A command by its name, or by the beginning of one.
     *
     * @throws UserMistake if there is none, or several could be meant
     */
    static PromptCommand named(String name) {
        PromptCommand exact = BY_NAME.get(name);
        if (exact != null) {
            return exact;
        }
        List<PromptCommand> begun =
                beginningWith(name).map(BY_NAME::get).distinct().toList();
        if (begun.size() == 1) {
            return begun.getFirst();
        }
        if (begun.size() > 1) {
            throw new UserMistake("'%s' may be %s"
                    .formatted(name, String.join(", ", beginningWith(name).toList())));
        }
        throw new UserMistake(
                "there is no command '%s'%s; 'help' lists them".formatted(name, NearWords.hint(name, names())));
    }

    private static Stream<String> beginningWith(String name) {
        return name.isEmpty() ? Stream.empty() : BY_NAME.keySet().stream().filter(each -> each.startsWith(name));
    }
}

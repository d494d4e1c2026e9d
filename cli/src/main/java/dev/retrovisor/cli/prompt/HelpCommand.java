package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.Text;
import dev.retrovisor.cli.prompt.CommandRow.Group;
import dev.retrovisor.cli.prompt.Syntax.Kind;
import dev.retrovisor.introspect.expression.Evaluator;
import java.util.ArrayList;
import java.util.List;

/** Explains commands, from their rows. */
final class HelpCommand implements PromptCommand {
    private record Listed(List<CommandRow> commands) {}

    @Override
    public CommandRow row() {
        return CommandRow.of(
                        "help",
                        Group.PROMPT,
                        "list the commands, or explain one",
                        Syntax.of().takes("COMMAND", Kind.COMMAND))
                .alias("h", "?")
                .example("help break", "one command with examples")
                .example("help positions", "how a position is written; also 'help expressions'");
    }

    @Override
    public Reply run(Session session, Arguments arguments) {
        String name = arguments.find("COMMAND").orElse("");
        return switch (name) {
            case "" -> list();
            case "positions" -> new Reply.Facts(positions(), new Topic(positions()));
            case "expressions" -> new Reply.Facts(expressions(), new Topic(expressions()));
            default -> one(PromptCommands.named(name).row());
        };
    }

    private record Topic(List<String> text) {}

    private static Reply list() {
        var lines = new ArrayList<String>();
        for (Group group : Group.values()) {
            var rows = new ArrayList<List<String>>();
            for (PromptCommand command : PromptCommands.all()) {
                CommandRow row = command.row();
                if (row.group() == group) {
                    String names = String.join(", ", row.names().toList());
                    rows.add(List.of("  " + names, row.summary()));
                }
            }
            if (!lines.isEmpty()) {
                lines.add("");
            }
            lines.add(group.heading() + ":");
            lines.addAll(Text.columns(rows));
        }
        lines.add("");
        lines.add("'help COMMAND' gives examples; 'help positions' and 'help expressions' say how these are written.");
        lines.add("A name may be cut short where it stays the only one: 'cont'. An empty line repeats a step.");
        List<CommandRow> all =
                PromptCommands.all().stream().map(PromptCommand::row).toList();
        return new Reply.Facts(lines, new Listed(all));
    }

    private static Reply one(CommandRow row) {
        var lines = new ArrayList<String>();
        lines.add(row.usage());
        lines.add("  " + row.summary());
        if (!row.aliases().isEmpty()) {
            lines.add("  also: " + String.join(", ", row.aliases()));
        }
        if (!row.examples().isEmpty()) {
            lines.add("Examples:");
            lines.addAll(Text.columns(row.examples().stream()
                    .map(example -> List.of("  " + example.line(), example.what()))
                    .toList()));
        }
        return new Reply.Facts(lines, row);
    }

    private static List<String> positions() {
        return List.of(
                "A position is one of",
                "  12_000_000, 250M     the first moment with so many steps made",
                "  512M/600000000       exactly this step and nanosecond: where the machine waits",
                "  boot+2.5s            virtual time since power-on; also ms, us, ns, m, h",
                "  50%, start, end      a share of the steps; the trace's ends",
                "  +5M, -100, -20us     from here, in steps or virtual time",
                "  -                    where the machine was before",
                "  event:1000           behind an entry of the events log",
                "  NAME                 a bookmark ('mark', 'marks')");
    }

    private static List<String> expressions() {
        var lines = new ArrayList<>(List.of(
                "Expressions are C's, typed by the kernel's own types (BTF):",
                "  current                       the thread that runs here, a struct task_struct *",
                "  init_task.comm                a variable of the kernel's; 'f.isra.0' in quotes where C has no such name",
                "  p->m, s.m, a[3], *p, &v       members, elements, what lies at an address, addresses",
                "  *p @ 4                        an array of four from there",
                "  (struct file *)$a0            casts; sizeof; arithmetic, comparisons, && || ! ?:",
                "  $a0, $pc, $satp               registers by their names; $step, $time, $hart, $mode",
                "  $x, $_                        what you set; what was printed last",
                "  current->comm == \"sh\"         texts"));
        Evaluator.FUNCTIONS.forEach((form, what) -> lines.add("  %-38s %s".formatted(form, what)));
        lines.add("Addresses below the kernel's half are those of the process that is looked at ('process').");
        return lines;
    }
}

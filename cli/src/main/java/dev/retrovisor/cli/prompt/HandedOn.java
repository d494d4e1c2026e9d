package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.ExitCode;
import dev.retrovisor.cli.prompt.CommandRow.Group;
import dev.retrovisor.cli.prompt.Syntax.Kind;
import dev.retrovisor.traces.Position;
import java.util.ArrayList;
import java.util.List;

/** One of Retrovisor's other commands, run on this trace. */
final class HandedOn implements PromptCommand {
    /** Where the position goes in the other command's line. */
    private enum At {
        /** It has none. */
        NOWHERE,
        /** {@code --at POSITION}, unless the user gives one. */
        OPTION,
        /** {@code TRACE@POSITION}. */
        TRACE
    }

    private final CommandRow row;
    private final At at;

    private HandedOn(String name, String summary, At at, String example, String what) {
        row = CommandRow.of(name, Group.KEEPING, summary, Syntax.of().takes("ARGUMENTS", Kind.REST))
                .example(example, what);
        this.at = at;
    }

    /** All of them. */
    static List<PromptCommand> all() {
        return List.of(
                new HandedOn(
                        "branch",
                        "leave the recording here and run live: type, change memory, drop inputs",
                        At.TRACE,
                        "branch --record what-if.trace",
                        "a machine of its own from this position"),
                new HandedOn(
                        "checkpoints",
                        "list, add or delete checkpoints",
                        At.NOWHERE,
                        "checkpoints",
                        "those of this trace"),
                new HandedOn("tree", "the trace with its parents and children", At.NOWHERE, "tree", "the family"),
                new HandedOn(
                        "export",
                        "write what happens for other tools",
                        At.NOWHERE,
                        "export --perfetto run.pftrace",
                        "for ui.perfetto.dev"),
                new HandedOn(
                        "dump",
                        "write a core of a process, or of the machine, here",
                        At.OPTION,
                        "dump --pid 1 -o init.core",
                        "for gdb"),
                new HandedOn("ipcgraph", "who talks to whom", At.NOWHERE, "ipcgraph", "over the whole trace"),
                new HandedOn("leaks", "who holds memory", At.NOWHERE, "leaks --kernel", "of the kernel"),
                new HandedOn("traceinfo", "what the trace is", At.NOWHERE, "traceinfo", "manifest, length, sizes"),
                new HandedOn("verify", "check the trace against itself", At.NOWHERE, "verify", "every hash"));
    }

    /** @param exitCode of the other command */
    private record Ran(List<String> command, int exitCode) {}

    @Override
    public CommandRow row() {
        return row;
    }

    @Override
    public Reply run(Session session, Arguments arguments) {
        Position here = session.position();
        String position = "%d/%d".formatted(here.step(), here.virtualNanos());
        String trace = session.trace().toString();
        var command = new ArrayList<>(List.of(row.name(), at == At.TRACE ? trace + "@" + position : trace));
        List<String> given = arguments
                .find("ARGUMENTS")
                .map(rest -> LineWord.split(rest).stream().map(LineWord::text).toList())
                .orElse(List.of());
        command.addAll(given);
        if (at == At.OPTION && !given.contains("--at")) {
            command.addAll(List.of("--at", position));
        }
        int exitCode = session.handOver(command);
        if (exitCode != ExitCode.GOOD) {
            throw new HandedOnException(row.name(), exitCode);
        }
        return session.output().isJson() ? new Reply.Facts(List.of(), new Ran(command, exitCode)) : Reply.DONE;
    }
}

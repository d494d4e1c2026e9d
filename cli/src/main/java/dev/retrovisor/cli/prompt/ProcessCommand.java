package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.prompt.CommandRow.Group;
import dev.retrovisor.cli.prompt.Syntax.Kind;
import dev.retrovisor.introspect.linux.Task;

/** Looks with the eyes of a process. */
final class ProcessCommand implements PromptCommand {
    private static final String NONE = "none";

    /** @param pid 0 for whichever the hart runs */
    private record Chosen(int pid, String name) {}

    @Override
    public CommandRow row() {
        return CommandRow.of(
                        "process",
                        Group.LOOKING,
                        "look with the eyes of a process: its memory, its symbols, 'current'",
                        Syntax.of().takes("PROCESS", Kind.PROCESS))
                .example("process sh", "addresses of programs are its from now on")
                .example("process none", "those of whichever process the hart runs");
    }

    @Override
    public Reply run(Session session, Arguments arguments) {
        Guest guest = session.guest();
        String text = arguments.find("PROCESS").orElse("");
        if (text.equals(NONE)) {
            guest.choose(0);
        } else if (!text.isEmpty()) {
            guest.choose(guest.process(text).tgid());
        }
        if (guest.chosenPid() == 0) {
            return new Reply.Facts("looking at whichever process the hart runs", new Chosen(0, ""));
        }
        String name = guest.thread().map(Task::name).orElse("");
        return new Reply.Facts(
                "looking at process %d%s"
                        .formatted(guest.chosenPid(), name.isEmpty() ? ", which is not here" : " " + name),
                new Chosen(guest.chosenPid(), name));
    }
}

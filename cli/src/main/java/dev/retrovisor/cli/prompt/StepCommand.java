package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.prompt.CommandRow.Group;
import dev.retrovisor.cli.prompt.Syntax.Kind;

/** Makes single steps, on or back. */
final class StepCommand implements PromptCommand {
    private final CommandRow row;
    private final int sign;

    private StepCommand(CommandRow row, int sign) {
        this.row = row;
        this.sign = sign;
    }

    static PromptCommand on() {
        return new StepCommand(
                CommandRow.of(
                                "step",
                                Group.MOVING,
                                "make steps: instructions or traps, of whichever hart is next",
                                syntax())
                        .alias("s", "stepi")
                        .example("step", "one instruction")
                        .example("step 5M", "five million"),
                1);
    }

    static PromptCommand back() {
        return new StepCommand(
                CommandRow.of("back", Group.MOVING, "take steps back", syntax())
                        .alias("rs", "reverse-step", "reverse-stepi")
                        .example("back 100", "where the machine was 100 steps before"),
                -1);
    }

    private static Syntax syntax() {
        return Syntax.of().takes("N", Kind.NUMBER);
    }

    @Override
    public CommandRow row() {
        return row;
    }

    @Override
    public Reply run(Session session, Arguments arguments) {
        return Stopped.reply(session, session.step(sign * arguments.count("N", 1)));
    }
}

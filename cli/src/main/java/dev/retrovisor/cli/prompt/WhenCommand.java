package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.prompt.CommandRow.Group;
import java.util.ArrayList;
import java.util.List;

/** Says where the machine stands. */
final class WhenCommand implements PromptCommand {
    /** @param end the trace's last step */
    private record When(Here here, long end) {}

    @Override
    public CommandRow row() {
        return CommandRow.of("when", Group.MOVING, "where the machine stands, and what it is about to do", Syntax.of())
                .example("when", "position, hart, mode, process, instruction");
    }

    @Override
    public Reply run(Session session, Arguments arguments) {
        Here here = Here.of(session);
        long end = session.timeline().end().step();
        List<String> lines = new ArrayList<>(here.lines());
        lines.add("%d %% of the trace, which has %,d steps".formatted(end == 0 ? 100 : 100 * here.step() / end, end));
        return new Reply.Facts(lines, new When(here, end));
    }
}

package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.Answer;
import dev.retrovisor.cli.GuestAddress;
import dev.retrovisor.cli.Questions;
import dev.retrovisor.cli.UserMistake;
import dev.retrovisor.cli.prompt.CommandRow.Group;
import dev.retrovisor.cli.prompt.Syntax.Kind;
import dev.retrovisor.introspect.inspect.Inspection;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.traces.disk.ImageHashes;
import java.util.List;
import java.util.Optional;

/** An inspection as a command. */
final class InspectionLine implements PromptCommand {
    private static final String PID = "--pid";
    private static final String ADDRESS = "--address";

    private final Inspection<?> inspection;

    InspectionLine(Inspection<?> inspection) {
        this.inspection = inspection;
    }

    @Override
    public CommandRow row() {
        Syntax syntax = Syntax.of().option(PID, "N", Kind.PROCESS).option(ADDRESS, "ADDRESS", Kind.ADDRESS);
        boolean needsAddress = inspection.needs().contains(Inspection.Need.ADDRESS);
        return CommandRow.of(inspection.name(), Group.LINUX, inspection.summary(), syntax)
                .example(
                        needsAddress ? inspection.name() + " --address $pc" : inspection.name() + " --pid 1",
                        needsAddress ? "of an expression" : "only of this process, by number or name");
    }

    @Override
    public Reply run(Session session, Arguments arguments) {
        Guest guest = session.guest();
        KernelView kernel = guest.startedKernel();
        Optional<Integer> pid = arguments.find(PID).map(text -> number(guest, text));
        Optional<GuestAddress> address = arguments.find(ADDRESS).map(text -> new GuestAddress("", guest.address(text)));
        Questions questions = Questions.of(List.of(inspection.name()), pid, address, ADDRESS);
        Answer answer = questions.ask(
                inspection,
                kernel,
                session.position(),
                () -> session.timeline()
                        .trace()
                        .bootImages(ImageHashes.inUserCache())
                        .kernel());
        session.tell(inspection.name(), answer.damage());
        String nothing = pid.map(number -> "(nothing of process %d here: 'pslist' lists processes)".formatted(number))
                .orElse("(nothing)");
        return new Reply.Selected(
                inspection.rowType(),
                answer.rows(),
                dev.retrovisor.cli.RowShape.of(inspection.rowType()).parts().stream()
                        .map(part -> part.name())
                        .toList(),
                nothing);
    }

    private static int number(Guest guest, String text) {
        if (text.matches("[0-9]{1,9}")) {
            return Integer.parseInt(text);
        }
        if (text.startsWith("-")) {
            throw new UserMistake("'%s' is no process: give its number or name".formatted(text));
        }
        return guest.process(text).tgid();
    }
}

package dev.retrovisor.cli;

import dev.retrovisor.introspect.inspect.Inspection;
import dev.retrovisor.introspect.kernel.KernelFacts;
import dev.retrovisor.introspect.kernel.KernelFinder;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.kernel.MachineView;
import dev.retrovisor.introspect.kernel.NoKernelException;
import dev.retrovisor.machine.Machine;
import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.traces.Position;
import java.util.ArrayList;
import java.util.List;

/** Looks into a guest at positions of a live run, as {@code inspect} does at those of its recording. */
final class LiveInspections implements LiveLook {
    private final Screen screen;
    private final String guest;
    private final byte[] kernelImage;
    private final Questions questions;
    private final Sheet sheet;
    private final AnswerPrinter printer;
    private final List<When> awaited;

    /** Told after the run, which must not suffer from them. */
    private final List<RuntimeException> problems = new ArrayList<>();

    private KernelFacts facts;
    private boolean isDamaged;

    /**
     * When to look.
     *
     * @param text as the user gave it
     */
    record When(String text, ReplayTarget target) {
        /** @throws UserMistake if that can't be told of a run that goes on */
        static When of(String text) {
            return switch (ReplayTarget.parse(text)) {
                case ReplayTarget.Step target -> new When(text, target);
                case ReplayTarget.VirtualTime target -> new When(text, target);
                case ReplayTarget.End target -> new When(text, target);
                case ReplayTarget.At _, ReplayTarget.Named _, ReplayTarget.Percent _, ReplayTarget.Event _ ->
                    throw new UserMistake(
                            ("--inspect-at %s: a run that goes on has no length and no log yet: give a step"
                                            + " (250M), boot+2.5s of virtual time, or end")
                                    .formatted(text));
            };
        }

        Appointment appointment() {
            return switch (target) {
                case ReplayTarget.Step(long step) -> new Appointment(step, Long.MAX_VALUE);
                case ReplayTarget.VirtualTime(long nanos) -> new Appointment(Long.MAX_VALUE, nanos);
                case ReplayTarget.End _,
                        ReplayTarget.At _,
                        ReplayTarget.Named _,
                        ReplayTarget.Percent _,
                        ReplayTarget.Event _ -> Appointment.NONE;
            };
        }

        boolean isEnd() {
            return target.equals(ReplayTarget.END);
        }
    }

    LiveInspections(
            Screen screen,
            String guest,
            byte[] kernelImage,
            Questions questions,
            List<When> positions,
            Sheet sheet,
            RowFormat format) {
        this.screen = screen;
        this.guest = guest;
        this.kernelImage = kernelImage;
        this.questions = questions;
        this.sheet = sheet;
        printer = new AnswerPrinter(sheet, format, questions.areSeveral());
        awaited = new ArrayList<>(positions);
    }

    @Override
    public Appointment appointment() {
        Appointment next = Appointment.NONE;
        for (When each : awaited) {
            next = next.orEarlier(each.appointment());
        }
        return next;
    }

    @Override
    public void paused(Machine machine) {
        if (!awaited.isEmpty() && awaited.removeIf(each -> each.appointment().isReached(machine))) {
            ask(machine);
        }
    }

    @Override
    public void stopping(Machine machine) {
        paused(machine);
        if (awaited.removeIf(When::isEnd)) {
            ask(machine);
        }
        printer.end(guest);
        if (!awaited.isEmpty()) {
            problems.add(new UserMistake("--inspect-at %s: the run ended before, at %s"
                    .formatted(awaited.getFirst().text(), Positions.words(position(machine)))));
        }
        if (sheet.isCutShort()) {
            problems.add(new UserMistake("--inspect-to: the answers could not all be written: is there space left?"));
        }
    }

    private static Position position(Machine machine) {
        return new Position(machine.steps(), machine.virtualNanos());
    }

    private void ask(Machine machine) {
        Position here = position(machine);
        for (Inspection<?> inspection : questions.asked()) {
            try {
                Answer answer = questions.ask(inspection, kernel(machine), here, () -> kernelImage);
                printer.print(answer);
                answer.damage().tell(screen, inspection.name());
                isDamaged |= !answer.damage().isNone();
            } catch (NoKernelException | Unanswerable | UserMistake e) {
                problems.add(e);
            }
        }
    }

    private KernelView kernel(Machine machine) {
        var view = MachineView.of(machine);
        String where = "%s at %s".formatted(guest, Positions.words(position(machine)));
        if (facts == null) {
            try {
                facts = KernelFinder.find(view);
            } catch (NoKernelException e) {
                throw new NoKernelException(where + ": " + e.getMessage());
            }
        }
        return Questions.started(new KernelView(facts, view), where);
    }

    @Override
    public int exitCode() {
        if (!problems.isEmpty()) {
            problems.stream().skip(1).forEach(each -> screen.err().println(GuestText.printable(each.getMessage())));
            throw problems.getFirst();
        }
        return isDamaged ? ExitCode.DAMAGED : ExitCode.GOOD;
    }

    @Override
    public void close() {
        sheet.close();
    }
}

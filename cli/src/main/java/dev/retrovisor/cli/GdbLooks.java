package dev.retrovisor.cli;

import dev.retrovisor.cli.gdb.GdbError;
import dev.retrovisor.cli.gdb.GuestLooks;
import dev.retrovisor.introspect.event.EventStreams;
import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.inspect.Inspection;
import dev.retrovisor.introspect.inspect.Inspections;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.machine.Machine;
import dev.retrovisor.traces.Position;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import picocli.CommandLine.TypeConversionException;

/** What a gdb's person asks of the guest, in the words and tables of the command line. */
final class GdbLooks implements GuestLooks {
    private final String about;
    private final Supplier<byte[]> kernelImage;

    /** @param about lines on what is debugged */
    GdbLooks(String about, Supplier<byte[]> kernelImage) {
        this.about = about;
        this.kernelImage = kernelImage;
    }

    @Override
    public String words(Position position) {
        return Positions.words(position);
    }

    @Override
    public String about() {
        return about;
    }

    @Override
    public List<Question> inspections() {
        return Inspections.all().stream()
                .map(each -> new Question(each.name(), each.summary()))
                .toList();
    }

    @Override
    public String inspect(List<String> arguments, KernelView kernel, Position here) {
        Answer answer = ask(arguments, kernel, here);
        var bytes = new ByteArrayOutputStream();
        var printer = new AnswerPrinter(
                new Sheet(new PrintStream(bytes, false, StandardCharsets.UTF_8), false, RowTable.UNLIMITED, false),
                RowFormat.TABLE,
                false);
        printer.print(answer);
        String text = bytes.toString(StandardCharsets.UTF_8);
        return answer.damage().isNone() ? text : text + "(something in the guest's memory was broken)\n";
    }

    private Answer ask(List<String> arguments, KernelView kernel, Position here) {
        Optional<Integer> pid = Optional.empty();
        Optional<GuestAddress> address = Optional.empty();
        try {
            for (int i = 1; i < arguments.size(); i += 2) {
                String option = arguments.get(i).replaceFirst("^--", "");
                if (i + 1 == arguments.size()) {
                    throw new GdbError("%s: of what? Write --pid N or --address ADDRESS".formatted(arguments.get(i)));
                }
                String value = arguments.get(i + 1);
                switch (option) {
                    case "pid" -> pid = Optional.of(new Values.Pid().convert(value));
                    case "address" -> address = Optional.of(new GuestAddress.Converter().convert(value));
                    default ->
                        throw new GdbError("'%s' is not known: write --pid N or --address ADDRESS".formatted(option));
                }
            }
            Questions questions = Questions.of(List.of(arguments.getFirst()), pid, address, "--address");
            Inspection<?> inspection = questions.asked().getFirst();
            return questions.ask(inspection, kernel, here, kernelImage);
        } catch (UserMistake | Unanswerable | TypeConversionException e) {
            throw new GdbError(GuestText.printable(e.getMessage()));
        }
    }

    @Override
    public Table table(String inspection, KernelView kernel, Position here) {
        Answer answer = ask(List.of(inspection), kernel, here);
        List<RowShape.Part> parts = RowShape.of(answer.inspection().rowType()).parts();
        var rows = new ArrayList<List<String>>();
        for (Record row : answer.rows()) {
            rows.add(parts.stream()
                    .map(part -> String.join(" ", CellText.pieces(part.of(row), part.style())))
                    .toList());
        }
        return new Table(parts.stream().map(RowShape.Part::name).toList(), rows);
    }

    @Override
    public List<Question> streams() {
        return EventStreams.all().stream()
                .map(each -> new Question(each.name(), each.summary()))
                .toList();
    }

    @Override
    public void watch(String stream, KernelView kernel, Machine machine, Runnable run, Consumer<String> lines) {
        var watched = EventStreams.named(stream)
                .orElseThrow(() -> new GdbError("no stream '%s': 'monitor events' lists them".formatted(stream)));
        try (var watch = new Watch(
                machine,
                kernel,
                event -> lines.accept("%12.6f  step %,d  %5d %-15s  %s"
                        .formatted(
                                event.at().virtualNanos() / 1e9,
                                event.at().step(),
                                event.at().tid(),
                                GuestText.shown(event.at().comm()),
                                GuestText.printable(event.summary()))))) {
            Unanswerable.guard(stream, kernel, () -> watched.watch(watch));
            run.run();
            watch.notes().forEach(note -> lines.accept("not told: " + GuestText.printable(note)));
        } catch (Unanswerable e) {
            throw new GdbError(GuestText.printable(e.getMessage()));
        }
    }
}

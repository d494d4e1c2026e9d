package dev.retrovisor.cli.gdb;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.Task;
import dev.retrovisor.introspect.linux.Tasks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What gdb's {@code monitor} and {@code info os} know. */
final class Monitor {
    private static final int MOST_COLUMNS = 60;

    private final GuestKernel guest;
    private final GuestLooks looks;
    private final Mover mover;
    private final List<MonitorCommand> commands;

    Monitor(Target target, Mover mover, GuestKernel guest, GuestLooks looks) {
        this.guest = guest;
        this.looks = looks;
        this.mover = mover;
        commands = Stream.of(
                        Stream.of(new MonitorCommand("help", "", "list these commands", this::help)),
                        new TimeCommands(target, mover, looks).all(),
                        new LookCommands(target, mover, guest, looks).all())
                .flatMap(each -> each)
                .toList();
    }

    /**
     * Runs one line.
     *
     * @param out takes text for the person at gdb
     * @param thread that is looked at
     * @throws GdbError to say why that can't be done
     */
    void run(String line, Consumer<String> out, long thread, BooleanSupplier isCancelled) {
        List<String> words = Arrays.stream(line.strip().split("\\s+"))
                .filter(word -> !word.isEmpty())
                .toList();
        var call = new MonitorCommand.Call(out, thread, isCancelled);
        if (words.isEmpty()) {
            help(call, List.of());
            return;
        }
        MonitorCommand command = commands.stream()
                .filter(each -> each.isMeantBy(words))
                .max((a, b) -> Integer.compare(a.nameWords(), b.nameWords()))
                .orElseThrow(() ->
                        new GdbError("no monitor command '%s': 'monitor help' lists them".formatted(words.getFirst())));
        command.action().run(call, words.subList(command.nameWords(), words.size()));
    }

    private void help(MonitorCommand.Call call, List<String> words) {
        for (MonitorCommand each : commands) {
            call.say("%-34s %s".formatted(each.usage(), each.summary()));
        }
    }

    /** {@code info os} and {@code info os TYPE}: gdb's own types, and every inspection by its name. */
    String osData(String type) {
        GuestLooks.Table table = switch (type) {
            case "" -> types();
            case "processes" -> processes(guest.require());
            case "threads" -> threads(guest.require());
            default -> looks.table(type, guest.require(), mover.position());
        };
        var xml = new StringBuilder("<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"osdata.dtd\">\n");
        xml.append("<osdata type=\"%s\">\n".formatted(type.isEmpty() ? "types" : XmlText.of(type)));
        for (List<String> row : table.rows()) {
            xml.append("<item>");
            for (int i = 0; i < row.size(); i++) {
                xml.append("<column name=\"%s\">%s</column>"
                        .formatted(XmlText.of(table.columns().get(i)), XmlText.of(row.get(i))));
            }
            xml.append("</item>\n");
        }
        return xml.append("</osdata>\n").toString();
    }

    private GuestLooks.Table types() {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("processes", "Listing of all processes", "Processes"));
        rows.add(List.of("threads", "Listing of all threads", "Threads"));
        for (GuestLooks.Question each : looks.inspections()) {
            String summary = each.summary();
            String shown = summary.length() > MOST_COLUMNS ? summary.substring(0, MOST_COLUMNS - 3) + "..." : summary;
            rows.add(List.of(each.name(), shown, each.name()));
        }
        return new GuestLooks.Table(List.of("Type", "Description", "Title"), rows);
    }

    private static GuestLooks.Table processes(KernelView kernel) {
        var rows = new ArrayList<List<String>>();
        new Tasks(kernel)
                .processes()
                .forEach(task -> kernel.tolerate(
                        "processes",
                        () -> rows.add(List.of(
                                Integer.toString(task.pid()),
                                Integer.toString(task.uid()),
                                command(task),
                                Integer.toString(task.cpu())))));
        return new GuestLooks.Table(List.of("pid", "user", "command", "cores"), rows);
    }

    private static String command(Task task) {
        List<String> arguments = task.commandLine().arguments();
        return arguments.isEmpty() ? "[" + task.name() + "]" : String.join(" ", arguments);
    }

    private static GuestLooks.Table threads(KernelView kernel) {
        var rows = new ArrayList<List<String>>();
        new Tasks(kernel)
                .threads()
                .forEach(task -> kernel.tolerate(
                        "threads",
                        () -> rows.add(List.of(
                                Integer.toString(task.tgid()),
                                task.name(),
                                Integer.toString(task.pid()),
                                Integer.toString(task.cpu())))));
        return new GuestLooks.Table(List.of("pid", "command", "tid", "core"), rows);
    }
}

package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.DamageReport;
import dev.retrovisor.cli.EventPrinter;
import dev.retrovisor.cli.RowFormat;
import dev.retrovisor.cli.StreamList;
import dev.retrovisor.cli.Text;
import dev.retrovisor.cli.Unanswerable;
import dev.retrovisor.cli.UserMistake;
import dev.retrovisor.cli.prompt.CommandRow.Group;
import dev.retrovisor.cli.prompt.Syntax.Kind;
import dev.retrovisor.introspect.event.EventStream;
import dev.retrovisor.introspect.event.GuestEvent;
import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.replayer.timeline.Watcher;
import dev.retrovisor.traces.Position;
import java.util.List;
import java.util.function.Predicate;

/** Tells what happens in the guest over a part of the trace; the machine is where it was afterwards. */
final class EventsCommand implements PromptCommand {
    private static final String SEVERAL = "STREAM";

    private record Told(List<String> streams, Position from, Position to, long events, List<String> notes) {}

    @Override
    public CommandRow row() {
        return CommandRow.of(
                        "events",
                        Group.LINUX,
                        "what happens over a part of the trace: processes, system calls, IPC, memory",
                        Syntax.of()
                                .needsSeveral(SEVERAL, Kind.STREAM)
                                .option("from", "POSITION", Kind.POSITION)
                                .option("to", "POSITION", Kind.POSITION)
                                .option("most", "N", Kind.NUMBER)
                                .option("filter", "EXPRESSION", Kind.TEXT))
                .example("events process from start", "all processes that begin and end")
                .example("events syscall to +5M filter proc.name = sh", "what sh calls in the next five million steps")
                .example("events ipc from boot+2s to boot+3s most 100", "the first hundred transfers");
    }

    @Override
    public Reply run(Session session, Arguments arguments) {
        List<EventStream> streams = StreamList.named(arguments.all(SEVERAL));
        Predicate<GuestEvent> wanted = StreamList.filter(arguments.find("filter"), streams);
        ReplayTarget to = session.target(arguments.find("to").orElse("end"));
        long most = arguments.count("most", Long.MAX_VALUE);
        Position here = session.position();
        ReplayTarget from = arguments.find("from").map(session::target).orElse(new ReplayTarget.At(here));
        try {
            session.timeline().seek(from, Watcher.NONE);
            session.guest().moved();
            requireAhead(session, to);
            return tell(session, streams, wanted, to, most);
        } finally {
            session.timeline().seek(new ReplayTarget.At(here), Watcher.NONE);
            session.guest().moved();
        }
    }

    private static void requireAhead(Session session, ReplayTarget to) {
        Position start = session.position();
        if (to.resolve(session.timeline().trace()).isReached(start.step(), start.virtualNanos())) {
            throw new UserMistake(
                    "events: the part of the trace ends where it begins, or before: give 'from' and 'to'");
        }
    }

    private static Reply tell(
            Session session, List<EventStream> streams, Predicate<GuestEvent> wanted, ReplayTarget to, long most) {
        KernelView kernel = session.guest().kernel().on(session.guest().view());
        boolean isJson = session.output().isJson();
        List<String> names = streams.stream().map(EventStream::name).toList();
        var printer = new EventPrinter(
                session.screen().out(),
                session.screen().outputHasColour(),
                isJson ? RowFormat.JSONL : RowFormat.TABLE,
                streams.size() > 1);
        Position begun = session.position();
        printer.begin(session.trace().toString(), names);
        List<String> notes = session.watched(watcher -> {
            var flushing = new Flushing(watcher, printer, most);
            try (var watch = new Watch(session.timeline().machine(), kernel, event -> {
                if (printer.printed() < most && wanted.test(event)) {
                    printer.print(event);
                }
            })) {
                streams.forEach(stream -> Unanswerable.guard(stream.name(), kernel, () -> stream.watch(watch)));
                session.timeline().runTo(to, List.of(), flushing);
                return watch.notes();
            } finally {
                printer.flush();
            }
        });
        var damage = DamageReport.of(kernel.damage());
        if (!isJson) {
            printer.end(begun, session.position(), notes, damage);
        }
        notes.forEach(note -> session.output().note("not told: " + note));
        session.tell("events", damage);
        var told = new Told(names, begun, session.position(), printer.printed(), notes);
        return isJson ? new Reply.Facts(List.of(), told) : new Reply.Facts(Text.count(told.events(), "event"), told);
    }

    /** Shows what is gathered as often as it is asked; ends when enough is told. */
    private record Flushing(Watcher watcher, EventPrinter printer, long most) implements Watcher {
        @Override
        public void progress(Position at, Position from, Position to) {
            printer.flush();
        }

        @Override
        public boolean isCancelled() {
            return watcher.isCancelled() || printer.printed() >= most || printer.isClosed();
        }
    }
}

package dev.retrovisor.cli;

import dev.retrovisor.introspect.event.EventStream;
import dev.retrovisor.introspect.event.GuestEvent;
import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.kernel.KernelFinder;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.kernel.MachineView;
import dev.retrovisor.introspect.kernel.NoKernelException;
import dev.retrovisor.machine.Machine;
import dev.retrovisor.traces.Position;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Tells what happens in a guest while its machine runs live. It begins as soon as the guest's kernel is in memory, which is
 * before the first step where the boot loader puts it there.
 */
final class LiveEvents implements LiveLook {
    /** Before the second look for a kernel; each later one waits twice as long. */
    private static final long FIRST_RETRY_STEPS = 20_000_000;

    private final Screen screen;
    private final String guest;
    private final List<EventStream> streams;
    private final Predicate<GuestEvent> wanted;
    private final Sheet sheet;
    private final EventPrinter printer;
    private Watch watch;
    private Position begun;
    private long nextLookStep;
    private RuntimeException impossible;
    private DamageReport damage = new DamageReport(0, List.of());

    private LiveEvents(
            Screen screen,
            String guest,
            List<EventStream> streams,
            Predicate<GuestEvent> wanted,
            Sheet sheet,
            EventPrinter printer) {
        this.screen = screen;
        this.guest = guest;
        this.streams = streams;
        this.wanted = wanted;
        this.sheet = sheet;
        this.printer = printer;
    }

    /** @param file where the events go; standard error if empty */
    static LiveEvents of(
            Screen screen, String guest, List<EventStream> streams, Predicate<GuestEvent> wanted, Optional<Path> file) {
        Sheet sheet = file.map(each -> Sheet.ofFile(each, "--events-to")).orElseGet(() -> Sheet.ofError(screen));
        RowFormat format = file.map(RowFormat::ofFile).orElse(RowFormat.TABLE);
        var printer = new EventPrinter(sheet.to(), sheet.hasColour(), format, streams.size() > 1);
        return new LiveEvents(screen, guest, streams, wanted, sheet, printer);
    }

    @Override
    public void started(Machine machine) {
        printer.begin(guest, streams.stream().map(EventStream::name).toList());
        begun = position(machine);
        look(machine);
    }

    private static Position position(Machine machine) {
        return new Position(machine.steps(), machine.virtualNanos());
    }

    private void look(Machine machine) {
        MachineView view = MachineView.of(machine);
        try {
            var kernel = new KernelView(KernelFinder.find(view), view);
            var newWatch = new Watch(machine, kernel, this::print);
            watch = newWatch;
            begun = position(machine);
            streams.forEach(stream -> Unanswerable.guard(stream.name(), kernel, () -> stream.watch(newWatch)));
        } catch (NoKernelException _) {
            nextLookStep = Math.max(FIRST_RETRY_STEPS, 2 * machine.steps());
        } catch (Unanswerable e) {
            impossible = e;
        }
    }

    private void print(GuestEvent event) {
        if (wanted.test(event)) {
            printer.print(event);
        }
    }

    @Override
    public void paused(Machine machine) {
        if (watch == null && machine.steps() >= nextLookStep) {
            look(machine);
        }
        printer.flush();
    }

    @Override
    public void stopping(Machine machine) {
        List<String> notes = List.of();
        if (watch == null) {
            impossible = new NoKernelException("no Linux was found in the guest, so there were no events to tell");
        } else {
            watch.close();
            notes = watch.notes();
            damage = DamageReport.of(watch.kernel().damage());
        }
        printer.end(begun, position(machine), notes, damage);
        notes.forEach(note -> screen.err().println("not told: " + GuestText.printable(note)));
        damage.tell(screen, "events");
        if (sheet.isCutShort()) {
            impossible = new UserMistake("--events-to: the events could not all be written: is there space left?");
        }
    }

    @Override
    public int exitCode() {
        if (impossible != null) {
            throw impossible;
        }
        return damage.exitCode();
    }

    @Override
    public void close() {
        sheet.close();
    }
}

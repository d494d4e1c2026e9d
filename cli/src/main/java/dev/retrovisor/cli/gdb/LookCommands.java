package dev.retrovisor.cli.gdb;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.PhysicalMemory;
import dev.retrovisor.machine.hart.CsrNames;
import dev.retrovisor.machine.probe.MemoryAccess;
import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.replayer.timeline.Direction;
import dev.retrovisor.replayer.timeline.LastWrite;
import dev.retrovisor.replayer.timeline.Timeline;
import dev.retrovisor.replayer.timeline.Watcher;
import dev.retrovisor.traces.Position;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Commands that look at the machine and its guest. */
final class LookCommands {
    private static final int USUAL_EVENTS = 20;
    private static final int MOST_EVENTS = 100_000;
    private static final int USUAL_BYTES = 64;
    private static final int MOST_BYTES = 65_536;
    private static final int LINE_BYTES = 16;

    private final Target target;
    private final Mover mover;
    private final GuestKernel guest;
    private final GuestLooks looks;

    LookCommands(Target target, Mover mover, GuestKernel guest, GuestLooks looks) {
        this.target = target;
        this.mover = mover;
        this.guest = guest;
        this.looks = looks;
    }

    Stream<MonitorCommand> all() {
        return Stream.of(
                new MonitorCommand("info", "", "what is debugged, and where it stands", (call, _) -> info(call)),
                new MonitorCommand(
                        "inspect",
                        "NAME [--pid N] [--address A]",
                        "look into the guest's Linux; without NAME: what can be asked",
                        this::inspect),
                new MonitorCommand(
                        "events",
                        "STREAM [N]",
                        "the next N events (20); the machine stays where it is; without STREAM: what there is",
                        this::events),
                new MonitorCommand(
                        "last-write",
                        "ADDRESS [LENGTH]",
                        "who wrote these bytes last; phys:ADDRESS for a physical address",
                        this::lastWrite),
                new MonitorCommand("phys", "ADDRESS [LENGTH]", "memory by physical address", this::physical),
                new MonitorCommand("csr", "[NAME]", "control and status registers of the hart", this::csr));
    }

    private void info(MonitorCommand.Call call) {
        call.out().accept(looks.about());
        call.say("stands at   " + looks.words(mover.position()));
        mover.timeline()
                .ifPresent(timeline -> call.say("trace       from %s to %s"
                        .formatted(looks.words(timeline.start()), looks.words(timeline.end()))));
        call.say("guest       "
                + guest.find()
                        .map(kernel -> "Linux " + kernel.facts().release())
                        .orElse("no Linux runs here"));
        target.threads().forEach(thread -> call.say("%-11s %s".formatted(thread.name(), thread.about())));
    }

    private void inspect(MonitorCommand.Call call, List<String> words) {
        if (words.isEmpty()) {
            looks.inspections().forEach(each -> call.say("%-16s %s".formatted(each.name(), each.summary())));
            return;
        }
        call.out().accept(looks.inspect(words, guest.require(), mover.position()));
    }

    private void events(MonitorCommand.Call call, List<String> words) {
        if (words.isEmpty()) {
            looks.streams().forEach(each -> call.say("%-16s %s".formatted(each.name(), each.summary())));
            return;
        }
        Timeline timeline = timeline();
        int most = words.size() < 2 ? USUAL_EVENTS : (int) number(words.get(1), MOST_EVENTS);
        Position here = mover.position();
        var told = new AtomicInteger();
        var watcher = TimeCommands.watcher(
                () -> told.get() >= most || call.isCancelled().getAsBoolean());
        try {
            looks.watch(
                    words.getFirst(),
                    guest.require(),
                    mover.machine(),
                    () -> timeline.run(Direction.FORWARD, List.of(), watcher),
                    line -> {
                        if (told.incrementAndGet() <= most) {
                            call.say(line);
                        }
                    });
        } finally {
            timeline.seek(new ReplayTarget.At(here), Watcher.NONE);
        }
        if (told.get() == 0) {
            call.say(call.isCancelled().getAsBoolean() ? "(interrupted)" : "(none up to the trace's end)");
        }
    }

    private Timeline timeline() {
        return mover.timeline()
                .orElseThrow(() -> new GdbError("a machine that runs live goes forwards only: record it for this"));
    }

    private void lastWrite(MonitorCommand.Call call, List<String> words) {
        if (words.isEmpty() || words.size() > 2) {
            throw new GdbError("give an address, and a length if you like: last-write 0xffffffff81200000 8");
        }
        int length = words.size() < 2 ? Long.BYTES : (int) number(words.get(1), MOST_BYTES);
        long physical = physicalAddress(call, words.getFirst());
        if (length < 1 || !guest.machine().memory().contains(physical, length)) {
            throw new GdbError("no memory is there");
        }
        Optional<LastWrite> found = timeline().lastWrite(physical, length, TimeCommands.watcher(call.isCancelled()));
        if (found.isEmpty()) {
            call.say(call.isCancelled().getAsBoolean() ? "(interrupted)" : "nobody wrote there since power-on");
            return;
        }
        MemoryAccess access = found.get().access();
        String who = switch (access.agent()) {
            case INSTRUCTION -> "hart %d at pc %s".formatted(access.hart(), code(access.pc()));
            case PAGE_WALK -> "a page walk of hart %d".formatted(access.hart());
            case DEVICE -> "a device";
        };
        call.say("%s, before %s".formatted(who, looks.words(found.get().before())));
        call.say("0x%x (physical) was 0x%x, became 0x%x, %d bytes"
                .formatted(access.physicalAddress(), access.before(), access.after(), access.sizeBytes()));
        call.say("'monitor seek %d' goes there".formatted(found.get().before().step()));
    }

    private String code(long pc) {
        String hex = "0x" + Long.toHexString(pc);
        return pc >= 0
                ? hex
                : guest.find()
                        .map(kernel -> kernel.symbols().describe(pc) + " (" + hex + ")")
                        .orElse(hex);
    }

    private long physicalAddress(MonitorCommand.Call call, String text) {
        if (text.startsWith("phys:")) {
            return address(text.substring(5));
        }
        long virtual = address(text);
        return target.physical(call.thread(), virtual)
                .orElseThrow(() -> new GdbError("no memory is at 0x%x here".formatted(virtual)));
    }

    private long address(String text) {
        if (text.matches("0[xX][0-9a-fA-F]{1,16}")) {
            return Long.parseUnsignedLong(text.substring(2), 16);
        }
        if (text.matches("[0-9]{1,18}")) {
            return Long.parseLong(text);
        }
        return guest.find()
                .map(KernelView::symbols)
                .map(symbols -> symbols.find(text))
                .filter(found -> found.isPresent())
                .orElseThrow(() -> new GdbError(
                        "'%s' is no address: give one such as 0xffffffff80001234, or a symbol".formatted(text)))
                .getAsLong();
    }

    private static long number(String text, int most) {
        boolean isHex = text.matches("0[xX][0-9a-fA-F]{1,8}");
        if (!isHex && !text.matches("[0-9]{1,9}")) {
            throw new GdbError("'%s' is no number".formatted(text));
        }
        long number = isHex ? Long.parseLong(text.substring(2), 16) : Long.parseLong(text);
        if (number < 1 || number > most) {
            throw new GdbError("%s: give 1 to %d".formatted(text, most));
        }
        return number;
    }

    private void physical(MonitorCommand.Call call, List<String> words) {
        if (words.isEmpty() || words.size() > 2) {
            throw new GdbError("give a physical address, and a length if you like: phys 0x80000000 64");
        }
        long address = address(words.getFirst());
        int length = words.size() < 2 ? USUAL_BYTES : (int) number(words.get(1), MOST_BYTES);
        PhysicalMemory memory = guest.machine().memory();
        if (!memory.contains(address, length)) {
            throw new GdbError(
                    "memory is from 0x%x to 0x%x".formatted(memory.base(), memory.base() + memory.sizeBytes()));
        }
        for (int at = 0; at < length; at += LINE_BYTES) {
            var line = new StringBuilder("0x%x: ".formatted(address + at));
            var text = new StringBuilder();
            for (int i = at; i < Math.min(length, at + LINE_BYTES); i++) {
                int value = memory.readByte(address + i) & 0xff;
                line.append(" %02x".formatted(value));
                text.append(value >= ' ' && value < 0x7f ? (char) value : '.');
            }
            call.say("%-70s %s".formatted(line, text));
        }
    }

    private void csr(MonitorCommand.Call call, List<String> words) {
        int hart = target.hart(call.thread());
        if (!words.isEmpty()) {
            String name = MonitorCommand.only(words, "one register's name");
            int number = CsrNames.number(name);
            if (number < 0) {
                throw new GdbError("the hart has no register '%s'".formatted(name));
            }
            say(call, hart, number);
            return;
        }
        for (int number = 0; number < 4096; number++) {
            String name = CsrNames.name(number);
            if (name != null && !name.matches("m?hpm.*|pmp.*|t(select|data.|info)")) {
                say(call, hart, number);
            }
        }
    }

    private void say(MonitorCommand.Call call, int hart, int number) {
        call.say("%-14s 0x%x".formatted(CsrNames.name(number), mover.machine().csr(hart, number)));
    }
}

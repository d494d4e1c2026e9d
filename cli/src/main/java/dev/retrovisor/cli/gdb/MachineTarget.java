package dev.retrovisor.cli.gdb;

import dev.retrovisor.cli.gdb.StopEvent.Reason;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.kernel.MachineView;
import dev.retrovisor.introspect.linux.Task;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.introspect.memory.PhysicalMemory;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.hart.Privilege;
import dev.retrovisor.replayer.timeline.Direction;
import dev.retrovisor.replayer.timeline.Stop;
import dev.retrovisor.replayer.timeline.Watcher;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;

/** The whole machine: harts are threads, counted from 1; memory is what the hart at hand sees at its privilege. */
final class MachineTarget implements Target {
    private final Mover mover;
    private final GuestKernel guest;
    private final HartSteps steps;
    private final Breakpoints breakpoints = new Breakpoints(HartCondition.ANY);
    private final KernelProgram program = new KernelProgram();
    private int stoppedHart;

    MachineTarget(Mover mover, GuestKernel guest) {
        this.mover = mover;
        this.guest = guest;
        steps = new HartSteps(mover);
    }

    @Override
    public OptionalInt process() {
        return OptionalInt.empty();
    }

    @Override
    public List<Thread> threads() {
        var threads = new ArrayList<Thread>();
        for (int hart = 0; hart < mover.machine().hartCount(); hart++) {
            threads.add(new Thread(hart + 1L, "hart " + hart, about(hart), OptionalInt.of(hart)));
        }
        return threads;
    }

    private String about(int hart) {
        HartState state = mover.machine().hart(hart);
        if (state.get(HartState.LIFE) == HartState.STOPPED) {
            return "not started";
        }
        String mode = switch ((int) state.get(HartState.PRIVILEGE)) {
            case Privilege.USER -> "user mode";
            case Privilege.SUPERVISOR -> "supervisor mode";
            default -> "machine mode";
        };
        String waits = state.get(HartState.WAITING) != 0 ? ", waits" : "";
        String task = guest.find().flatMap(kernel -> task(kernel, hart)).orElse("");
        return task + mode + waits;
    }

    private static Optional<String> task(KernelView kernel, int hart) {
        try {
            return kernel.currentTask(hart)
                    .map(object -> new Task(kernel, object))
                    .map(task -> task.pid() == 0 ? "idle, " : "%s (%d), ".formatted(task.comm(), task.pid()));
        } catch (MemoryFault _) {
            return Optional.empty();
        }
    }

    @Override
    public long stoppedThread() {
        return stoppedHart + 1L;
    }

    @Override
    public List<Register> registers() {
        return Register.ofHart();
    }

    @Override
    public int hart(long thread) {
        if (thread < 1 || thread > mover.machine().hartCount()) {
            throw new GdbError("no thread %d: the machine has %d harts"
                    .formatted(thread, mover.machine().hartCount()));
        }
        return (int) thread - 1;
    }

    @Override
    public OptionalLong register(long thread, Register register) {
        int hart = hart(thread);
        HartState state = mover.machine().hart(hart);
        return OptionalLong.of(
                switch (register.kind()) {
                    case INTEGER -> state.x(register.index());
                    case PC -> state.pc();
                    case FLOAT -> state.f(register.index());
                    case FLOAT_STATE, CSR -> mover.machine().csr(hart, register.index());
                    case PRIVILEGE -> state.get(HartState.PRIVILEGE);
                });
    }

    @Override
    public byte[] read(long thread, long address, int lengthBytes) {
        int hart = hart(thread);
        PhysicalMemory memory = MachineView.of(mover.machine()).memory();
        byte[] bytes = new byte[lengthBytes];
        int done = 0;
        while (done < lengthBytes) {
            long at = address + done;
            int inPage =
                    Math.min(lengthBytes - done, AddressSpace.PAGE_BYTES - (int) (at & AddressSpace.PAGE_BYTES - 1));
            long physical = translate(hart, at);
            if (physical < 0) {
                break;
            }
            memory.read(physical, bytes, done, inPage);
            done += inPage;
        }
        return Arrays.copyOf(bytes, done);
    }

    /** Where in RAM a hart would find an address, whatever it may do there; negative if nowhere. */
    private long translate(int hart, long address) {
        MachineView machine = MachineView.of(mover.machine());
        var space = new AddressSpace(machine.memory(), machine.hart(hart).satp(), AddressSpace.Flat.NONE);
        if (machine.hart(hart).privilege() != Privilege.MACHINE && space.isPaged()) {
            return space.translate(address);
        }
        return machine.memory().contains(address, 1) ? address : AddressSpace.UNMAPPED;
    }

    @Override
    public OptionalLong physical(long thread, long address) {
        long physical = translate(hart(thread), address);
        return physical < 0 ? OptionalLong.empty() : OptionalLong.of(physical);
    }

    @Override
    public void insert(long thread, Breakpoint breakpoint) {
        int hart = hart(thread);
        breakpoints.insert(breakpoint, address -> translate(hart, address));
    }

    @Override
    public void remove(Breakpoint breakpoint) {
        breakpoints.remove(breakpoint);
    }

    @Override
    public void removeAll() {
        breakpoints.removeAll();
    }

    @Override
    public boolean canGoBack() {
        return mover.timeline().isPresent();
    }

    @Override
    public StopEvent resume(Motion motion, BooleanSupplier isCancelled) {
        Watcher watcher = TimeCommands.watcher(isCancelled);
        if (motion.isStep()) {
            stoppedHart = hart(motion.thread());
            return event(step(motion, watcher));
        }
        Direction direction = motion.isBackward() ? Direction.BACKWARD : Direction.FORWARD;
        Stop stop = mover.run(direction, breakpoints.triggers(), watcher);
        stop.hit().map(HitHart::of).filter(hart -> hart >= 0).ifPresent(hart -> stoppedHart = hart);
        return event(reason(stop));
    }

    private StopEvent event(Reason reason) {
        return new StopEvent(stoppedThread(), reason);
    }

    private Reason step(Motion motion, Watcher watcher) {
        if (motion.isBackward()) {
            Stop stop = steps.backward(stoppedHart, watcher);
            if (stop.cause() == Stop.Cause.ARRIVED && breakpoints.watchesAnything()) {
                // What the step meets is what it meets forwards.
                Optional<Breakpoint> met = noted(() -> mover.step(1, Watcher.NONE));
                mover.step(-1, Watcher.NONE);
                return met.<Reason>map(Reason.Met::new).orElse(reason(stop));
            }
            return reason(stop);
        }
        var made = new Stop[1];
        Optional<Breakpoint> met = noted(() -> made[0] = steps.forward(stoppedHart, watcher));
        return met.<Reason>map(Reason.Met::new).orElse(reason(made[0]));
    }

    private Optional<Breakpoint> noted(Runnable motion) {
        try (var noting = breakpoints.noting(mover.machine())) {
            motion.run();
            return noting.met();
        }
    }

    private Reason reason(Stop stop) {
        return switch (stop.cause()) {
            case ARRIVED -> new Reason.Stepped();
            case HIT ->
                stop.hit()
                        .flatMap(hit -> breakpoints.of(hit.trigger()))
                        .<Reason>map(Reason.Met::new)
                        .orElseGet(Reason.Stepped::new);
            case START -> new Reason.HistoryBegins();
            case END -> mover.timeline().isPresent() ? new Reason.HistoryEnds() : new Reason.Gone();
            case CANCELLED -> new Reason.Interrupted();
        };
    }

    @Override
    public void setRegister(long thread, Register register, long value) {
        throw readOnly(mover);
    }

    @Override
    public void write(long thread, long address, byte[] bytes) {
        throw readOnly(mover);
    }

    static GdbError readOnly(Mover mover) {
        return new GdbError(
                mover.timeline().isPresent()
                        ? "a recording can't be changed: 'retrovisor branch --set' makes a live machine of it"
                        : "gdb can't change a machine that runs: 'retrovisor branch --set' changes one as it begins");
    }

    @Override
    public void moved() {
        // Nothing is kept from one moment to the next.
    }

    @Override
    public String osAbi() {
        return "";
    }

    @Override
    public Optional<String> program() {
        return guest.find().map(KernelProgram::path);
    }

    @Override
    public Optional<RemoteFile> file(String path) {
        return guest.find()
                .filter(kernel -> path.equals(KernelProgram.path(kernel)))
                .map(program::of);
    }

    @Override
    public Optional<byte[]> auxiliaryVector() {
        return Optional.empty();
    }

    @Override
    public Optional<String> libraries() {
        return Optional.empty();
    }
}

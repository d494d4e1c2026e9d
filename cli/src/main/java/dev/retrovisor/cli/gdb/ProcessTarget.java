package dev.retrovisor.cli.gdb;

import dev.retrovisor.cli.gdb.StopEvent.Reason;
import dev.retrovisor.introspect.elf.ProcessImages;
import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.linux.Task;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.replayer.timeline.Direction;
import dev.retrovisor.replayer.timeline.Watcher;
import dev.retrovisor.traces.Position;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;

/** One process of the guest's: its threads, its memory, its files; all else of the machine is out of sight. */
final class ProcessTarget implements Target {
    private static final int MOST_AUXILIARY = 256;

    private final Mover mover;
    private final GuestKernel guest;
    private final int pid;
    private final ProcessImages.Cache images = new ProcessImages.Cache();
    private final Breakpoints breakpoints;
    private final ProcessMotion motion;
    private Optional<GuestProcess> process = Optional.empty();
    private Position readAt;
    private long stoppedThread;

    ProcessTarget(Mover mover, GuestKernel guest, int pid) {
        this.mover = mover;
        this.guest = guest;
        this.pid = pid;
        stoppedThread = pid;
        var conditions = new ProcessConditions(mover.machine(), guest, pid);
        breakpoints = new Breakpoints(conditions.inUserMode());
        motion = new ProcessMotion(mover, conditions, guest.require().symbols(), this::here);
        moved();
    }

    /** Goes to where the process's last program begins; false if it has run none before this position. */
    boolean toBeginning(Watcher watcher) {
        boolean isThere = motion.toBeginning(watcher);
        moved();
        return isThere;
    }

    boolean isHere() {
        return here().isPresent();
    }

    /** The process as it is where the machine stands. */
    private Optional<GuestProcess> here() {
        if (!mover.position().equals(readAt)) {
            process = guest.find().flatMap(kernel -> GuestProcess.find(mover.machine(), kernel, pid, images));
            readAt = mover.position();
        }
        return process;
    }

    private GuestProcess require() {
        return here().orElseThrow(() -> new GdbError("no process %d at this position".formatted(pid)));
    }

    @Override
    public OptionalInt process() {
        return OptionalInt.of(pid);
    }

    @Override
    public List<Thread> threads() {
        if (here().isEmpty()) {
            return List.of(new Thread(pid, "process " + pid, "not there at this position", OptionalInt.empty()));
        }
        return require().threads().stream()
                .map(task -> new Thread(
                        task.pid(), task.name(), about(task), require().hartOf(task)))
                .toList();
    }

    private String about(Task task) {
        OptionalInt hart = require().hartOf(task);
        boolean isUser = require().userHartOf(task).isPresent();
        return hart.isPresent()
                ? "on hart %d%s".formatted(hart.getAsInt(), isUser ? "" : ", in the kernel")
                : "state " + task.state();
    }

    @Override
    public long stoppedThread() {
        return here().filter(found -> found.thread(stoppedThread).isPresent()).isPresent()
                ? stoppedThread
                : threads().getFirst().id();
    }

    @Override
    public List<Register> registers() {
        return Register.ofProgram();
    }

    @Override
    public OptionalLong register(long thread, Register register) {
        return here().flatMap(found -> found.thread(thread).map(task -> found.register(task, register)))
                .orElse(OptionalLong.empty());
    }

    @Override
    public byte[] read(long thread, long address, int lengthBytes) {
        byte[] bytes = new byte[lengthBytes];
        return Arrays.copyOf(
                bytes, here().map(found -> read(found, address, bytes)).orElse(0));
    }

    private static int read(GuestProcess found, long address, byte[] bytes) {
        AddressSpace space = found.space();
        int done = 0;
        while (done < bytes.length) {
            long at = address + done;
            int inPage =
                    Math.min(bytes.length - done, AddressSpace.PAGE_BYTES - (int) (at & AddressSpace.PAGE_BYTES - 1));
            long physical = space.translate(at);
            if (physical != AddressSpace.UNMAPPED) {
                space.memory().read(physical, bytes, done, inPage);
            } else if (!found.isUntouchedZero(at)) {
                break;
            }
            done += inPage;
        }
        return done;
    }

    @Override
    public OptionalLong physical(long thread, long address) {
        long physical = here().map(found -> found.space().translate(address)).orElse(AddressSpace.UNMAPPED);
        return physical == AddressSpace.UNMAPPED ? OptionalLong.empty() : OptionalLong.of(physical);
    }

    @Override
    public int hart(long thread) {
        return here().flatMap(found -> found.thread(thread))
                .map(task -> require().hartOf(task).orElse(task.cpu()))
                .filter(hart -> hart >= 0 && hart < mover.machine().hartCount())
                .orElse(0);
    }

    @Override
    public void insert(long thread, Breakpoint breakpoint) {
        AddressSpace space = require().space();
        breakpoints.insert(breakpoint, space::translate);
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
    public StopEvent resume(Motion wanted, BooleanSupplier isCancelled) {
        require();
        Watcher watcher = TimeCommands.watcher(isCancelled);
        Reason reason;
        if (wanted.isStep()) {
            stoppedThread = wanted.thread();
            reason = step(wanted, watcher);
        } else {
            Direction direction = wanted.isBackward() ? Direction.BACKWARD : Direction.FORWARD;
            ProcessMotion.Outcome outcome = motion.run(direction, breakpoints.triggers(), watcher);
            reason = outcome.hit()
                    .flatMap(hit -> breakpoints.of(hit.trigger()))
                    .<Reason>map(Reason.Met::new)
                    .orElse(outcome.reason());
            outcome.hit().map(HitHart::of).filter(hart -> hart >= 0).ifPresent(this::stoppedOn);
        }
        return new StopEvent(stoppedThread(), reason);
    }

    private void stoppedOn(int hart) {
        here().ifPresent(found -> found.threads().stream()
                .filter(task -> found.kernel().currentTaskAddress(hart) == task.address())
                .findFirst()
                .ifPresent(task -> stoppedThread = task.pid()));
    }

    /** A step meets a watchpoint if what is watched differs, and an access as it is on the way forwards. */
    private Reason step(Motion wanted, Watcher watcher) {
        if (!wanted.isBackward()) {
            try (var noting = breakpoints.noting(mover.machine())) {
                Reason reason = motion.forward(wanted.thread(), watcher);
                return noting.met().<Reason>map(Reason.Met::new).orElse(reason);
            }
        }
        Position from = mover.position();
        Reason reason = motion.backward(wanted.thread(), watcher);
        if (reason instanceof Reason.Stepped && breakpoints.watchesAnything()) {
            Position to = mover.position();
            try (var noting = breakpoints.noting(mover.machine())) {
                mover.timeline().orElseThrow().seek(from, Watcher.NONE);
                if (noting.met().isPresent()) {
                    reason = new Reason.Met(noting.met().get());
                }
            }
            mover.timeline().orElseThrow().seek(to, Watcher.NONE);
        }
        return reason;
    }

    @Override
    public void moved() {
        here().ifPresent(found -> found.threads().stream()
                .filter(task -> found.hartOf(task).isPresent())
                .findFirst()
                .ifPresent(task -> stoppedThread = task.pid()));
    }

    @Override
    public void setRegister(long thread, Register register, long value) {
        throw MachineTarget.readOnly(mover);
    }

    @Override
    public void write(long thread, long address, byte[] bytes) {
        throw MachineTarget.readOnly(mover);
    }

    @Override
    public String osAbi() {
        return "GNU/Linux";
    }

    @Override
    public Optional<String> program() {
        return here().flatMap(found -> found.leader().commandLine().program());
    }

    @Override
    public Optional<RemoteFile> file(String path) {
        return here().flatMap(found -> ProcFiles.find(found, path).or(() -> ProcessFiles.find(found, path)));
    }

    @Override
    public Optional<byte[]> auxiliaryVector() {
        return here().map(GuestProcess::mm).map(ProcessTarget::auxiliaryVector);
    }

    private static byte[] auxiliaryVector(KernelObject mm) {
        int count = Math.min(mm.count("saved_auxv"), MOST_AUXILIARY);
        ByteBuffer vector = ByteBuffer.allocate(count * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i + 1 < count; i += 2) {
            long type = mm.element("saved_auxv", i);
            vector.putLong(type).putLong(mm.element("saved_auxv", i + 1));
            if (type == 0) {
                break;
            }
        }
        return Arrays.copyOf(vector.array(), vector.position());
    }

    @Override
    public Optional<String> libraries() {
        return here().map(found -> SharedLibraries.xml(found, auxiliaryVector().orElse(new byte[0])));
    }
}

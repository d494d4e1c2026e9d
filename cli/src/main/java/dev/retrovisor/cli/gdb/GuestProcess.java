package dev.retrovisor.cli.gdb;

import dev.retrovisor.introspect.elf.ProcessImages;
import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.kernel.MachineView;
import dev.retrovisor.introspect.linux.MemoryMaps;
import dev.retrovisor.introspect.linux.Task;
import dev.retrovisor.introspect.linux.Tasks;
import dev.retrovisor.introspect.linux.UserMemory;
import dev.retrovisor.introspect.linux.UserRegisters;
import dev.retrovisor.introspect.linux.Vma;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.hart.Privilege;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** One process of the guest's, as it is while the machine stands. */
final class GuestProcess {
    private static final int MOST_THREADS = 1 << 16;
    private static final int FLOAT_REGISTERS = 32;
    private static final String VDSO = "[vdso]";

    private final Machine machine;
    private final KernelView kernel;
    private final Task leader;
    private final List<Task> threads;
    private final ProcessImages.Cache cache;
    private final Optional<KernelObject> mm;
    private ProcessImages images;

    private GuestProcess(Machine machine, Task leader, ProcessImages.Cache cache) {
        this.machine = machine;
        this.leader = leader;
        kernel = leader.kernel();
        this.cache = cache;
        threads = leader.threads().limit(MOST_THREADS).toList();
        mm = kernel.tolerate("processes", this::readMm).flatMap(found -> found);
    }

    /** Empty if there is none of this number, or it has no memory of its own: it is a thread of the kernel, or dead. */
    static Optional<GuestProcess> find(Machine machine, KernelView kernel, int pid, ProcessImages.Cache cache) {
        return kernel.tolerate("processes", () -> new Tasks(kernel).withPid(pid).orElse(null))
                .filter(task -> task.tgid() == pid)
                .map(leader -> new GuestProcess(machine, leader, cache))
                .filter(process -> process.mm.isPresent() && !process.threads.isEmpty());
    }

    KernelView kernel() {
        return kernel;
    }

    Task leader() {
        return leader;
    }

    List<Task> threads() {
        return threads;
    }

    Optional<Task> thread(long number) {
        return threads.stream().filter(each -> each.pid() == number).findFirst();
    }

    /** What it has mapped; any thread's is that of all, and the first one may have ended. */
    private Optional<KernelObject> readMm() {
        return leader.mm()
                .or(() -> threads.stream().flatMap(each -> each.mm().stream()).findFirst());
    }

    KernelObject mm() {
        return mm.orElseThrow();
    }

    List<Vma> maps() {
        return new MemoryMaps(kernel, mm()).all().toList();
    }

    /** Its memory, with what is mapped and was not touched yet, as far as that is in memory. */
    AddressSpace space() {
        return new UserMemory(kernel, mm()).space().orElse(this::untouched);
    }

    private long untouched(long address) {
        if (images == null) {
            images = new ProcessImages(kernel, new UserMemory(kernel, mm()), cache);
        }
        long inFile = images.space().translate(address);
        return inFile != AddressSpace.UNMAPPED ? inFile : inVdso(address);
    }

    /** The kernel's own code for all programs lies in its image. */
    private long inVdso(long address) {
        OptionalLong start = kernel.symbols().find("vdso_start");
        return mapAt(address)
                .filter(vma -> start.isPresent() && vma.name().equals(VDSO))
                .map(vma -> kernel.space().translate(start.getAsLong() + address - vma.start()))
                .orElse(AddressSpace.UNMAPPED);
    }

    private Optional<Vma> mapAt(long address) {
        return new MemoryMaps(kernel, mm()).at(address);
    }

    /** Whether a program that reads there, where nothing is in memory, would find zeros. */
    boolean isUntouchedZero(long address) {
        OptionalLong swap = kernel.symbols().find("total_swap_pages");
        boolean isNothingSwapped = swap.isPresent() && kernel.space().readLong(swap.getAsLong()) == 0;
        return isNothingSwapped
                && mapAt(address).filter(GuestProcess::isAnonymous).isPresent();
    }

    private static boolean isAnonymous(Vma vma) {
        return switch (vma.kind()) {
            case HEAP, STACK, ANONYMOUS -> true;
            case FILE, VDSO -> false;
        };
    }

    /** The hart that runs a thread, in the kernel or in user mode. */
    OptionalInt hartOf(Task thread) {
        for (int hart = 0; hart < machine.hartCount(); hart++) {
            if (kernel.currentTaskAddress(hart) == thread.address()) {
                return OptionalInt.of(hart);
            }
        }
        return OptionalInt.empty();
    }

    /** The hart that runs a thread's own code. */
    OptionalInt userHartOf(Task thread) {
        MachineView view = kernel.machine();
        for (int hart = 0; hart < view.harts(); hart++) {
            if (view.hart(hart).privilege() == Privilege.USER && view.hart(hart).sscratch() == thread.address()) {
                return OptionalInt.of(hart);
            }
        }
        return OptionalInt.empty();
    }

    /** A register of a thread's own code, wherever it is kept; empty if nobody knows. */
    OptionalLong register(Task thread, Register register) {
        try {
            return switch (register.kind()) {
                case INTEGER, PC -> integer(thread, register);
                case FLOAT, FLOAT_STATE -> floating(thread, register);
                case CSR, PRIVILEGE -> OptionalLong.empty();
            };
        } catch (MemoryFault _) {
            return OptionalLong.empty();
        }
    }

    private OptionalLong integer(Task thread, Register register) {
        Optional<UserRegisters> registers = UserRegisters.of(thread);
        if (registers.isEmpty()) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(
                register.kind() == Register.Kind.PC
                        ? registers.get().pc()
                        : registers.get().x(register.index()));
    }

    /** The kernel itself uses none: they stay in the hart until another thread runs there. */
    private OptionalLong floating(Task thread, Register register) {
        OptionalInt hart = hartOf(thread);
        boolean isState = register.kind() == Register.Kind.FLOAT_STATE;
        if (hart.isPresent()) {
            HartState state = machine.hart(hart.getAsInt());
            return OptionalLong.of(
                    isState ? machine.csr(hart.getAsInt(), register.index()) : state.f(register.index()));
        }
        if (!thread.object().has("thread.fstate")) {
            return OptionalLong.empty();
        }
        long at = thread.object().in("thread.fstate").address();
        if (!isState) {
            return OptionalLong.of(kernel.space().readLong(at + 8L * register.index()));
        }
        long fcsr = kernel.space().readInt(at + 8L * FLOAT_REGISTERS) & 0xff;
        return OptionalLong.of(
                switch (register.index()) {
                    case 1 -> fcsr & 31;
                    case 2 -> fcsr >> 5;
                    default -> fcsr;
                });
    }
}

package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.kernel.MachineView;
import dev.retrovisor.introspect.memory.AddressSpace;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The registers of a thread's user code: in a hart while it runs, else where the kernel saved them, at the top of the
 * thread's stack in the kernel. In the few instructions at the beginning of a trap, before the kernel has saved them, those
 * of the trap before are found.
 */
public final class UserRegisters {
    private static final int COUNT = 32;
    private static final int USER = 0;
    private static final int STACK_ALIGNMENT = 16;

    /** 16 KiB, arch/riscv/include/asm/thread_info.h, where the kernel's memory does not say it. */
    private static final long USUAL_STACK_BYTES = 4L * AddressSpace.PAGE_BYTES;

    private final long[] values;

    private UserRegisters(long[] values) {
        this.values = values;
    }

    /** Of a thread; empty for threads of the kernel. */
    public static Optional<UserRegisters> of(Task task) {
        if (task.isKernelThread()) {
            return Optional.empty();
        }
        KernelView kernel = task.kernel();
        for (int hart = 0; hart < kernel.machine().harts(); hart++) {
            MachineView.HartView state = kernel.machine().hart(hart);
            if (state.privilege() == USER && state.sscratch() == task.address()) {
                return Optional.of(running(state));
            }
        }
        return Optional.of(saved(kernel, task));
    }

    private static UserRegisters running(MachineView.HartView state) {
        long[] values = new long[COUNT];
        values[0] = state.pc();
        for (int i = 1; i < COUNT; i++) {
            values[i] = state.x(i);
        }
        return new UserRegisters(values);
    }

    private static UserRegisters saved(KernelView kernel, Task task) {
        long size = kernel.types().struct("pt_regs").sizeBytes();
        long top = task.object().get("stack") + stackBytes(kernel, task);
        long at = top - (size + STACK_ALIGNMENT - 1 & -STACK_ALIGNMENT);
        AddressSpace space = kernel.space();
        // pt_regs begins with the program counter and x1 to x31, in this order: user space sees it as user_regs_struct.
        long[] values = new long[COUNT];
        for (int i = 0; i < COUNT; i++) {
            values[i] = space.readLong(at + 8L * i);
        }
        return new UserRegisters(values);
    }

    private static long stackBytes(KernelView kernel, Task task) {
        if (task.object().has("stack_vm_area")) {
            Optional<KernelObject> area = task.object().follow("stack_vm_area");
            if (area.isPresent()) {
                return area.get().get("nr_pages") * AddressSpace.PAGE_BYTES;
            }
        }
        OptionalLong start = kernel.symbols().find("__start_init_stack");
        OptionalLong end = kernel.symbols().find("__end_init_stack");
        return start.isPresent() && end.isPresent() ? end.getAsLong() - start.getAsLong() : USUAL_STACK_BYTES;
    }

    public long pc() {
        return values[0];
    }

    /** Integer register 0 to 31. */
    public long x(int number) {
        return number == 0 ? 0 : values[number];
    }
}

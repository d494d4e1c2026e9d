package dev.retrovisor.cli.gdb;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.hart.Privilege;

/** Whose code a hart runs, asked in the middle of a run. */
final class ProcessConditions {
    private final Machine machine;
    private final GuestKernel guest;
    private final int pid;

    ProcessConditions(Machine machine, GuestKernel guest, int pid) {
        this.machine = machine;
        this.guest = guest;
        this.pid = pid;
    }

    /** The process's own code is at work. */
    HartCondition inUserMode() {
        return hart -> {
            HartState state = machine.hart(hart);
            return state.get(HartState.PRIVILEGE) == Privilege.USER && isOfProcess(state.get(HartState.SSCRATCH));
        };
    }

    /** The process's own code, or only a thread's, is about to be left, or to go on: both are asked by the same register. */
    HartCondition crossing(long task) {
        return hart -> is(task, machine.hart(hart).get(HartState.SSCRATCH));
    }

    /** The kernel works for the process, or for a thread of it. */
    HartCondition inKernel(long task) {
        return hart -> is(task, kernel().currentTaskAddress(hart));
    }

    /** The kernel works for the last thread that the process has left, or for a thread. */
    HartCondition inLastOf(long task) {
        return hart -> {
            long current = kernel().currentTaskAddress(hart);
            return current == task || isOfProcess(current) && isLast(current);
        };
    }

    private boolean isLast(long task) {
        try {
            return kernel().object("task_struct", task).to("signal").get("live") <= 1;
        } catch (MemoryFault _) {
            return false;
        }
    }

    private boolean is(long wanted, long task) {
        return wanted == 0 ? isOfProcess(task) : task == wanted;
    }

    private boolean isOfProcess(long task) {
        if (task >= 0) {
            return false; // no address of the kernel's
        }
        try {
            return kernel().object("task_struct", task).getInt("tgid") == pid;
        } catch (MemoryFault _) {
            return false;
        }
    }

    private KernelView kernel() {
        return guest.known();
    }
}

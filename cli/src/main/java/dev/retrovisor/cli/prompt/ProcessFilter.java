package dev.retrovisor.cli.prompt;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.MemoryFault;
import java.util.Optional;

/**
 * Which processes count, by name or number; asked where the machine comes by.
 *
 * @param process empty for all
 */
record ProcessFilter(KernelView kernel, Optional<String> process) {
    boolean takes(int hart) {
        if (process.isEmpty()) {
            return true;
        }
        try {
            Optional<KernelObject> running = kernel.hasStarted() ? kernel.currentTask(hart) : Optional.empty();
            return running.isPresent() && isMeant(running.get());
        } catch (MemoryFault _) {
            return false;
        }
    }

    private boolean isMeant(KernelObject task) {
        String wanted = process.orElseThrow();
        return wanted.matches("[0-9]{1,9}")
                ? task.getInt("tgid") == Integer.parseInt(wanted)
                : task.text("comm").equals(wanted);
    }
}

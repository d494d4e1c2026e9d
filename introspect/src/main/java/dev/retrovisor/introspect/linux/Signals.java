package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.types.Field;
import java.util.ArrayList;
import java.util.List;

/**
 * What a thread does with signals.
 *
 * @param pending sent to this thread, not delivered yet; a signal stands as often as it is queued
 * @param processPending sent to the process, not delivered to any of its threads yet
 */
public record Signals(
        List<Integer> pending, List<Integer> processPending, SignalSet blocked, SignalSet ignored, SignalSet caught) {
    private static final int MOST_QUEUED = 1 << 17;

    // include/uapi/asm-generic/signal-defs.h
    private static final long SIG_DFL = 0;
    private static final long SIG_IGN = 1;

    /** Those of one thread. */
    public static Signals of(Task task) {
        KernelObject object = task.object();
        long ignored = 0;
        long caught = 0;
        var handlers = object.follow("sighand");
        if (handlers.isPresent()) {
            for (int signal = 1; signal <= SignalSet.COUNT; signal++) {
                long handler = handler(task, handlers.get(), signal);
                ignored |= handler == SIG_IGN ? 1L << signal - 1 : 0;
                caught |= handler != SIG_IGN && handler != SIG_DFL ? 1L << signal - 1 : 0;
            }
        }
        return new Signals(
                pending(task, object.in("pending")),
                pending(task, object.to("signal").in("shared_pending")),
                new SignalSet(object.element("blocked.sig", 0)),
                new SignalSet(ignored),
                new SignalSet(caught));
    }

    private static long handler(Task task, KernelObject handlers, int signal) {
        Field actions = handlers.layout().field("action");
        long size = actions.type().sizeBytes() / handlers.count("action");
        return task.kernel()
                .object("k_sigaction", handlers.addressOf("action") + (signal - 1) * size)
                .get("sa.sa_handler");
    }

    private static List<Integer> pending(Task task, KernelObject pending) {
        var queued = new ArrayList<Integer>();
        task.kernel()
                .list(pending.addressOf("list"), "sigqueue", "list", MOST_QUEUED)
                .forEach(entry -> queued.add(entry.getInt("info.si_signo")));
        // What could not be queued for want of memory stands in the set alone.
        var set = new SignalSet(pending.element("signal.sig", 0));
        for (int signal = 1; signal <= SignalSet.COUNT; signal++) {
            if (set.has(signal) && !queued.contains(signal)) {
                queued.add(signal);
            }
        }
        queued.sort(null);
        return List.copyOf(queued);
    }
}

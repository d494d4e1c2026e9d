package dev.retrovisor.introspect.ipc;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.linux.SignalSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Signals, from sending to delivery: to a handler, to the end of the process, to sigwait or a signalfd. What is ignored or
 * merged with one that is pending is delivered to nobody.
 */
final class Signals {
    private static final int MOST_TARGETS = 1 << 16;
    private static final int MOST_PENDING = 1 << 12;

    // include/uapi/asm-generic/signal.h and siginfo.h.
    private static final int SIGCHLD = 17;
    private static final int SIGCONT = 18;
    private static final int FIRST_QUEUED = 32;
    private static final int SI_TIMER = -2;

    // include/linux/signal.h: in place of a siginfo.
    private static final long SEND_SIG_NOINFO = 0;
    private static final long SEND_SIG_PRIV = 1;

    /** A signal that was sent and waits in a list: the thread's, or the process's. */
    private record Pending(long list, int signal, Sent sent) {}

    /** A signal that is being sent on a hart, with its target's lock held and interrupts off. */
    private record Sending(int signal, long target, Sent sent) {}

    private final Exchange exchange;
    private final Map<Integer, Sending> sending = new HashMap<>();

    /** By the signal_struct of the process. */
    private final Map<Long, List<Pending>> pending = new Bounded<>(MOST_TARGETS);

    /** Threads that took a signal off a list since they began to look for one. */
    private final Set<Long> collected = new HashSet<>();

    Signals(Exchange exchange) {
        this.exchange = exchange;
    }

    void watch() {
        exchange.onFunction("__send_signal_locked", this::send);
        exchange.onFunction("complete_signal", this::queue);
        exchange.onFunction("collect_signal", this::collect);
        exchange.onFunction("get_signal", this::look);
        exchange.onFunction("do_group_exit", this::end);
        exchange.onFunction("flush_sigqueue_mask", hart -> {
            long mask = exchange.kernel().space().readLong(exchange.argument(hart, 0));
            long list = exchange.argument(hart, 1);
            forget(each -> each.list == list && (mask >>> each.signal - 1 & 1) != 0);
        });
        exchange.onFunction("flush_sigqueue", hart -> {
            long list = exchange.argument(hart, 0);
            forget(each -> each.list == list);
        });
    }

    private void send(int hart) {
        int signal = (int) exchange.argument(hart, 0);
        long target = exchange.argument(hart, 2);
        var begun = new Sending(signal, target, exchange.sent(sender(hart, signal, exchange.argument(hart, 1))));
        sending.put(hart, begun);
        if (signal == SIGCONT) {
            // Nobody need take it for it to do its work: stopped threads go on as it is sent.
            exchange.onReturn(hart, returning -> {
                if (sending.remove(returning, begun)) {
                    exchange.handed(returning, ChannelKind.SIGNAL, "SIGCONT", begun.sent, exchange.party(target))
                            .message(0);
                }
            });
        }
    }

    private Party sender(int hart, int signal, long info) {
        if (info == SEND_SIG_PRIV) {
            return Party.KERNEL;
        }
        if (info != SEND_SIG_NOINFO) {
            int code = exchange.kernel().object("kernel_siginfo", info).getInt("si_code");
            // Above 0 are the kernel's own words; only for a child's end it speaks for a process.
            if (code == SI_TIMER || code > 0 && signal != SIGCHLD) {
                return Party.KERNEL;
            }
        }
        return exchange.party(exchange.current(hart));
    }

    /** The signal stands in a list now. */
    private void queue(int hart) {
        int signal = (int) exchange.argument(hart, 0);
        KernelObject target = exchange.kernel().object("task_struct", exchange.argument(hart, 1));
        Sending begun = sending.remove(hart);
        // POSIX timers come here on another way.
        Sent sent = begun != null && begun.signal == signal && begun.target == target.address()
                ? begun.sent
                : exchange.sent(Party.KERNEL);
        boolean isForThread = exchange.argument(hart, 2) == 0;
        KernelObject process = target.to("signal");
        long list = isForThread ? target.addressOf("pending") : process.addressOf("shared_pending");
        List<Pending> waiting = pending.computeIfAbsent(process.address(), _ -> new ArrayList<>());
        if (signal < FIRST_QUEUED) {
            waiting.removeIf(each -> each.list == list && each.signal == signal);
        }
        if (waiting.size() < MOST_PENDING) {
            waiting.add(new Pending(list, signal, sent));
        }
    }

    private void collect(int hart) {
        int signal = (int) exchange.argument(hart, 0);
        long list = exchange.argument(hart, 1);
        collected.add(exchange.task(hart));
        deliver(hart, signal, take(hart, each -> each.list == list && each.signal == signal));
    }

    /** A fault's signal is taken off in line, before all others. */
    private void look(int hart) {
        long destination = exchange.argument(hart, 0);
        collected.remove(exchange.task(hart));
        exchange.onReturn(hart, returning -> {
            boolean tookOther = collected.remove(exchange.task(returning));
            if ((int) exchange.result(returning) == 0 || tookOther) {
                return;
            }
            int signal = exchange.kernel().object("ksignal", destination).getInt("sig");
            long own = exchange.current(returning).addressOf("pending");
            Sent sent = take(returning, each -> each.list == own && each.signal == signal);
            if (sent != Sent.BEFORE) {
                deliver(returning, signal, sent);
            }
        });
    }

    /** What kills is taken off no list: the process ends, by its first thread that learns of it. */
    private void end(int hart) {
        KernelObject process = exchange.current(hart).to("signal");
        int signal = (int) (exchange.argument(hart, 0) & 0x7f);
        int ofProcess = process.getInt("group_exit_code") & 0x7f;
        int deadly = ofProcess != 0 ? ofProcess : signal;
        Sent sent = deadly == 0 ? Sent.BEFORE : take(hart, each -> each.signal == deadly);
        if (sent != Sent.BEFORE) {
            deliver(hart, deadly, sent);
        }
        pending.remove(process.address());
    }

    private void deliver(int hart, int signal, Sent sent) {
        exchange.received(hart, ChannelKind.SIGNAL, SignalSet.name(signal), sent)
                .message(0);
    }

    private Sent take(int hart, Predicate<Pending> wanted) {
        long process = exchange.current(hart).get("signal");
        Iterator<Pending> waiting = pending.getOrDefault(process, List.of()).iterator();
        while (waiting.hasNext()) {
            Pending each = waiting.next();
            if (wanted.test(each)) {
                waiting.remove();
                return each.sent;
            }
        }
        return Sent.BEFORE;
    }

    private void forget(Predicate<Pending> gone) {
        pending.values().forEach(waiting -> waiting.removeIf(gone));
        pending.values().removeIf(List::isEmpty);
    }
}

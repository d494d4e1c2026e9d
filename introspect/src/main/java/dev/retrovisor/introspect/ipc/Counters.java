package dev.retrovisor.introspect.ipc;

import dev.retrovisor.introspect.kernel.KernelObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Event counters and timers that are files. What is added to a counter is what is sent: a reader takes all, or one of it if
 * the counter is a semaphore.
 */
final class Counters {
    private static final int MOST_COUNTERS = 1 << 16;
    private static final int MESSAGE_BYTES = 8;

    private final Exchange exchange;
    private final Map<Long, ByteQueue> counters = new Bounded<>(MOST_COUNTERS);

    /** What each thread that reads has taken. */
    private final Map<Long, List<ByteQueue.Piece>> taken = new HashMap<>();

    Counters(Exchange exchange) {
        this.exchange = exchange;
    }

    void watch() {
        exchange.beforeCall("do_eventfd", "anon_inode_getfile", hart -> {
            long context = exchange.argument(hart, 2);
            counters.remove(context);
            counters.put(context, new ByteQueue());
            counters.get(context).append(exchange.sent(hart), context(context).get("count"), 0);
        });
        exchange.onFunction(
                "eventfd_signal_mask",
                hart -> queue(exchange.argument(hart, 0)).append(exchange.sent(Party.KERNEL), 1, 0));
        watchWrites();
        watchReads();
        exchange.onFunction(
                "timerfd_read_iter",
                hart -> exchange.onReturn(hart, returning -> {
                    if (exchange.result(returning) == MESSAGE_BYTES) {
                        exchange.received(returning, ChannelKind.TIMERFD, "timerfd", exchange.sent(Party.KERNEL))
                                .message(MESSAGE_BYTES);
                    }
                }));
    }

    private KernelObject context(long address) {
        return exchange.kernel().object("eventfd_ctx", address);
    }

    private long contextOf(long file) {
        return exchange.kernel().object("file", file).get("private_data");
    }

    private ByteQueue queue(long context) {
        return counters.computeIfAbsent(context, _ -> {
            var queue = new ByteQueue();
            queue.restart(context(context).get("count"));
            return queue;
        });
    }

    /** The counter's lock is taken and left in line, so an addition counts from before it, unless it is refused. */
    private void watchWrites() {
        record Write(long context, long userAddress, Sent sent) {}
        Map<Long, Write> writes = new HashMap<>();
        exchange.onFunction("eventfd_write", hart -> {
            long context = contextOf(exchange.argument(hart, 0));
            var write = new Write(context, exchange.argument(hart, 1), exchange.sent(hart));
            writes.put(exchange.task(hart), write);
            exchange.onReturn(hart, returning -> {
                if (exchange.result(returning) != MESSAGE_BYTES) {
                    queue(context).retract(write.sent);
                }
            });
        });
        boolean found = exchange.beforeCall("eventfd_write", "_raw_spin_lock_irq", hart -> {
            Write write = writes.remove(exchange.task(hart));
            if (write != null) {
                long value = exchange.kernel().hartSpace(hart).readLong(write.userAddress);
                queue(write.context).append(write.sent, value, 0);
            }
        });
        exchange.require(found, "event counters");
    }

    private void watchReads() {
        Map<Long, Long> reads = new HashMap<>();
        exchange.onFunction("eventfd_read", hart -> {
            long file = exchange.kernel()
                    .object("kiocb", exchange.argument(hart, 0))
                    .get("ki_filp");
            long context = contextOf(file);
            reads.put(exchange.task(hart), context);
            exchange.onReturn(hart, returning -> {
                List<ByteQueue.Piece> pieces = taken.remove(exchange.task(returning));
                if (exchange.result(returning) == MESSAGE_BYTES && pieces != null) {
                    pieces.forEach(piece -> tell(returning, context, piece));
                }
            });
        });
        boolean found = exchange.beforeCall("eventfd_read", "_copy_to_iter", hart -> {
            Long context = reads.remove(exchange.task(hart));
            if (context != null) {
                long value = exchange.kernel().space().readLong(exchange.argument(hart, 0));
                var pieces = new ArrayList<ByteQueue.Piece>();
                queue(context).take(value, pieces::add);
                taken.put(exchange.task(hart), pieces);
            }
        });
        exchange.require(found, "event counters");
    }

    private void tell(int hart, long context, ByteQueue.Piece piece) {
        exchange.received(
                        hart,
                        ChannelKind.EVENTFD,
                        "eventfd:[%d]".formatted(context(context).getInt("id")),
                        piece.sent())
                .detail("adds " + piece.bytes())
                .counted((long) MESSAGE_BYTES * piece.messages(), piece.messages());
    }
}

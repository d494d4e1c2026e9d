package dev.retrovisor.introspect.ipc;

import dev.retrovisor.introspect.kernel.KernelObject;
import java.util.HashMap;
import java.util.Map;

/** Futexes: who wakes whom, and who hands a lock with priority inheritance to whom. */
final class Futexes {
    // kernel/futex/futex.h: what kind of key it is stands in the lowest bits of the offset.
    private static final long SHARED_FILE = 1;
    private static final long KEY_BITS = 3;

    private final Exchange exchange;
    private final Map<Long, Long> unlocked = new HashMap<>();

    Futexes(Exchange exchange) {
        this.exchange = exchange;
    }

    void watch() {
        exchange.onFunction("futex_wake_mark", hart -> {
            KernelObject waiter = exchange.kernel().object("futex_q", exchange.argument(hart, 1));
            wake(hart, name(waiter.in("key")), waiter.get("task"));
        });
        exchange.onFunction("futex_unlock_pi", hart -> unlocked.put(exchange.task(hart), exchange.argument(hart, 0)));
        exchange.beforeCall("futex_unlock_pi", "pi_state_update_owner", hart -> {
            long address = unlocked.getOrDefault(exchange.task(hart), 0L);
            wake(hart, "0x%x".formatted(address), exchange.argument(hart, 1));
        });
    }

    private void wake(int hart, String name, long waiter) {
        exchange.handed(hart, ChannelKind.FUTEX, name, exchange.sent(hart), exchange.party(waiter))
                .message(0);
    }

    /** A private futex by its address, one in a shared mapping by what is mapped. */
    private static String name(KernelObject key) {
        long offset = key.get("both.offset");
        if ((offset & SHARED_FILE) != 0) {
            long inFile = (key.get("shared.pgoff") << 12) + (offset & ~KEY_BITS);
            return "file %d+0x%x".formatted(key.get("shared.i_seq"), inFile);
        }
        return "0x%x".formatted(key.get("private.address") + (offset & ~KEY_BITS));
    }
}

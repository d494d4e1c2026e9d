package dev.retrovisor.introspect.ipc;

import java.util.HashMap;
import java.util.Map;

/** System V semaphores: who wakes whom. A thread that need not wait is woken by nobody. */
final class Semaphores {
    /** The functions that end a wait, whichever of them the compiler left. */
    private static final String[] WAKERS = {
        "update_queue", "wake_const_ops", "do_smart_update", "__do_semtimedop", "freeary", "wake_up_sem_queue_prepare"
    };

    private final Exchange exchange;
    private final Map<Long, String> waited = new HashMap<>();

    Semaphores(Exchange exchange) {
        this.exchange = exchange;
    }

    void watch() {
        exchange.onFunction(
                "__do_semtimedop",
                hart -> waited.put(exchange.task(hart), "semid " + (int) exchange.argument(hart, 0)));
        exchange.afterCall("__do_semtimedop", "ipc_obtain_object_check", hart -> {
            if (Exchange.isPointer(exchange.result(hart))) {
                waited.put(exchange.task(hart), SysV.name(exchange, hart, "semid", exchange.result(hart)));
            }
        });
        boolean any = false;
        for (String function : WAKERS) {
            any |= exchange.beforeCall(function, "wake_q_add_safe", this::wake);
        }
        exchange.require(any, "System V semaphores");
    }

    private void wake(int hart) {
        long sleeper = exchange.argument(hart, 1);
        String name = waited.getOrDefault(sleeper, "semid of a wait begun before");
        exchange.handed(hart, ChannelKind.SYSV_SEMAPHORE, name, exchange.sent(hart), exchange.party(sleeper))
                .message(0);
    }
}

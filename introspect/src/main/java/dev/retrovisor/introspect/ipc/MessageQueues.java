package dev.retrovisor.introspect.ipc;

import java.util.HashMap;
import java.util.Map;

/** Messages of System V and POSIX queues: both are a msg_msg that {@code load_msg} makes and {@code store_msg} copies out. */
final class MessageQueues {
    private static final int MOST_IN_FLIGHT = 1 << 16;

    /** The call on a queue that a thread is in. */
    private static final class Call {
        private final ChannelKind kind;
        private String channel;

        /** The copy that MSG_COPY makes: the message itself stays. */
        private long copy;

        Call(ChannelKind kind, String channel) {
            this.kind = kind;
            this.channel = channel;
        }
    }

    private final Exchange exchange;
    private final Map<Long, Call> calls = new HashMap<>();
    private final Map<Long, Sent> inFlight = new Bounded<>(MOST_IN_FLIGHT);

    MessageQueues(Exchange exchange) {
        this.exchange = exchange;
    }

    void watch() {
        exchange.onFunction("ksys_msgsnd", this::beginSysV);
        exchange.onFunction("do_msgrcv", this::beginSysV);
        for (String function : new String[] {"ksys_msgsnd", "do_msgrcv"}) {
            exchange.afterCall(function, "ipc_obtain_object_check", this::learnKey);
        }
        exchange.afterCall("do_msgrcv", "load_msg", hart -> {
            Call call = calls.get(exchange.task(hart));
            if (call != null) {
                call.copy = exchange.result(hart);
            }
        });
        exchange.onFunction("__riscv_sys_mq_timedsend", this::beginPosix);
        exchange.onFunction("__riscv_sys_mq_timedreceive", this::beginPosix);
        exchange.require(watchSends("ksys_msgsnd"), "System V messages");
        exchange.require(watchSends("__riscv_sys_mq_timedsend"), "POSIX message queues");
        exchange.onFunction("store_msg", this::store);
    }

    private void beginSysV(int hart) {
        int id = (int) exchange.argument(hart, 0);
        calls.put(exchange.task(hart), new Call(ChannelKind.SYSV_MESSAGE, "msqid " + id));
    }

    private void learnKey(int hart) {
        Call call = calls.get(exchange.task(hart));
        if (call != null && Exchange.isPointer(exchange.result(hart))) {
            call.channel = SysV.name(exchange, hart, "msqid", exchange.result(hart));
        }
    }

    private void beginPosix(int hart) {
        // What a system call's own function gets are the registers of the program.
        int descriptor =
                exchange.kernel().object("pt_regs", exchange.argument(hart, 0)).getInt("orig_a0");
        String name = exchange.files()
                .find(exchange.current(hart), descriptor)
                .map(file -> "/"
                        + exchange.files().paths().lastName(file.in("f_path").to("dentry")))
                .orElse("");
        calls.put(exchange.task(hart), new Call(ChannelKind.POSIX_QUEUE, name));
    }

    private boolean watchSends(String function) {
        // load_msg(const void __user *, size_t): what the program sends lies there.
        Map<Long, byte[]> payloads = new HashMap<>();
        return exchange.onCall(
                function,
                "load_msg",
                hart -> payloads.put(
                        exchange.task(hart),
                        exchange.payloads().ofUser(hart, exchange.argument(hart, 0), exchange.argument(hart, 1))),
                hart -> {
                    byte[] payload = payloads.remove(exchange.task(hart));
                    long message = exchange.result(hart);
                    if (Exchange.isPointer(message)) {
                        inFlight.remove(message);
                        inFlight.put(message, exchange.sent(hart).with(payload));
                    }
                });
    }

    private void store(int hart) {
        long message = exchange.argument(hart, 1);
        long length = exchange.argument(hart, 2);
        exchange.onReturn(hart, returning -> {
            Call call = calls.get(exchange.task(returning));
            if (exchange.result(returning) != 0 || call == null || message == call.copy) {
                return;
            }
            Sent sent = inFlight.remove(message);
            exchange.received(returning, call.kind, call.channel, sent == null ? Sent.BEFORE : sent)
                    .message(length);
        });
    }
}

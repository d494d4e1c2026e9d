package dev.retrovisor.introspect.ipc;

import dev.retrovisor.introspect.kernel.KernelObject;
import java.util.HashMap;
import java.util.Map;

/** Processes that trace others (ptrace), and that read and write others' memory. */
final class Tracing {
    private static final int WORD_BYTES = 8;

    /**
     * Requests of ptrace(2): include/uapi/linux/ptrace.h.
     *
     * @param asks whether what goes over comes from the traced
     */
    private record Request(String name, boolean asks, int bytes) {}

    private static final Map<Long, Request> REQUESTS = Map.ofEntries(
            Map.entry(1L, new Request("PTRACE_PEEKTEXT", true, WORD_BYTES)),
            Map.entry(2L, new Request("PTRACE_PEEKDATA", true, WORD_BYTES)),
            Map.entry(3L, new Request("PTRACE_PEEKUSR", true, WORD_BYTES)),
            Map.entry(4L, new Request("PTRACE_POKETEXT", false, WORD_BYTES)),
            Map.entry(5L, new Request("PTRACE_POKEDATA", false, WORD_BYTES)),
            Map.entry(6L, new Request("PTRACE_POKEUSR", false, WORD_BYTES)),
            Map.entry(7L, new Request("PTRACE_CONT", false, 0)),
            Map.entry(8L, new Request("PTRACE_KILL", false, 0)),
            Map.entry(9L, new Request("PTRACE_SINGLESTEP", false, 0)),
            Map.entry(17L, new Request("PTRACE_DETACH", false, 0)),
            Map.entry(24L, new Request("PTRACE_SYSCALL", false, 0)),
            Map.entry(0x4200L, new Request("PTRACE_SETOPTIONS", false, 0)),
            Map.entry(0x4201L, new Request("PTRACE_GETEVENTMSG", true, 0)),
            Map.entry(0x4202L, new Request("PTRACE_GETSIGINFO", true, 0)),
            Map.entry(0x4203L, new Request("PTRACE_SETSIGINFO", false, 0)),
            Map.entry(0x4204L, new Request("PTRACE_GETREGSET", true, 0)),
            Map.entry(0x4205L, new Request("PTRACE_SETREGSET", false, 0)),
            Map.entry(0x4207L, new Request("PTRACE_INTERRUPT", false, 0)),
            Map.entry(0x4208L, new Request("PTRACE_LISTEN", false, 0)),
            Map.entry(0x4209L, new Request("PTRACE_PEEKSIGINFO", true, 0)),
            Map.entry(0x420aL, new Request("PTRACE_GETSIGMASK", true, 0)),
            Map.entry(0x420bL, new Request("PTRACE_SETSIGMASK", false, 0)),
            Map.entry(0x420eL, new Request("PTRACE_GET_SYSCALL_INFO", true, 0)));

    private final Exchange exchange;
    private final Map<Long, Long> others = new HashMap<>();

    Tracing(Exchange exchange) {
        this.exchange = exchange;
    }

    void watch() {
        exchange.onFunction("__ptrace_link", this::attach);
        exchange.onFunction("arch_ptrace", this::request);
        exchange.onFunction("process_vm_rw", hart -> access(hart, exchange.argument(hart, 6) != 0));
        exchange.require(
                exchange.afterCall("process_vm_rw_core", "find_get_task_by_vpid", hart -> {
                    if (Exchange.isPointer(exchange.result(hart))) {
                        others.put(exchange.task(hart), exchange.result(hart));
                    }
                }),
                "process_vm_readv and process_vm_writev");
        exchange.onFunction("mem_rw", hart -> {
            KernelObject file = exchange.kernel().object("file", exchange.argument(hart, 0));
            exchange.owner(exchange.kernel().object("mm_struct", file.get("private_data")))
                    .ifPresent(owner -> others.put(exchange.task(hart), owner.address()));
            access(hart, exchange.argument(hart, 4) != 0);
        });
    }

    private void attach(int hart) {
        Party traced = exchange.party(exchange.argument(hart, 0));
        Party tracer = exchange.party(exchange.argument(hart, 1));
        exchange.handed(hart, ChannelKind.PTRACE, channel(traced), exchange.sent(tracer), traced)
                .detail("attach")
                .message(0);
    }

    private static String channel(Party traced) {
        return "ptrace of " + traced.tid();
    }

    private void request(int hart) {
        Party traced = exchange.party(exchange.argument(hart, 0));
        long number = exchange.argument(hart, 1);
        Request request = REQUESTS.getOrDefault(number, new Request("request 0x%x".formatted(number), false, 0));
        Party tracer = exchange.party(exchange.current(hart));
        exchange.onReturn(hart, returning -> {
            if (exchange.result(returning) >= 0) {
                Sent sent = exchange.sent(request.asks ? traced : tracer);
                exchange.handed(returning, ChannelKind.PTRACE, channel(traced), sent, request.asks ? tracer : traced)
                        .detail(request.name)
                        .message(request.bytes);
            }
        });
    }

    private void access(int hart, boolean isWrite) {
        exchange.onReturn(hart, returning -> {
            Long other = others.remove(exchange.task(returning));
            long bytes = exchange.result(returning);
            if (bytes <= 0 || other == null) {
                return;
            }
            Party accessed = exchange.party(other);
            Party accessing = exchange.party(exchange.current(returning));
            exchange.handed(
                            returning,
                            ChannelKind.PROCESS_MEMORY,
                            "memory of " + accessed.pid(),
                            exchange.sent(isWrite ? accessing : accessed),
                            isWrite ? accessed : accessing)
                    .message(bytes);
        });
    }
}

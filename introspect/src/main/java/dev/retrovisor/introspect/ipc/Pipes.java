package dev.retrovisor.introspect.ipc;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.types.StructLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Pipes and FIFOs, with read, write, splice, tee, vmsplice and sendfile. A pipe's content changes under its mutex only: at
 * each unlock what is there is compared with what was there before, and the thread that unlocks is who did it.
 */
final class Pipes {
    private static final int MOST_PIPES = 1 << 16;

    /** fs.pipe-max-size can be raised, but no ring is larger. */
    private static final long MOST_BUFFERS = 1 << 20;

    /** Head and tail count on past the ring's end, in 32 bits. */
    private static final long INDEX_MASK = 0xffff_ffffL;

    /** A pipe, by its pipe_inode_info. */
    private static final class Pipe {
        private final ByteQueue queue = new ByteQueue();
        private String name = "pipe";
    }

    /** What a thread is in the middle of. */
    private static final class Operation {
        private final long pipe;
        private final Sent sent;
        private final boolean isWrite;

        /** Bytes written so far, or still wanted. */
        private long bytes;

        Operation(long pipe, Sent sent, boolean isWrite, long bytes) {
            this.pipe = pipe;
            this.sent = sent;
            this.isWrite = isWrite;
            this.bytes = bytes;
        }
    }

    private final Exchange exchange;
    private final Map<Long, Pipe> pipes = new Bounded<>(MOST_PIPES);
    private final Map<Long, Operation> operations = new HashMap<>();
    private final StructLayout buffer;

    Pipes(Exchange exchange) {
        this.exchange = exchange;
        buffer = exchange.kernel().types().struct("pipe_buffer");
    }

    void watch() {
        String read = inKernel("pipe_read");
        String write = inKernel("pipe_write");
        exchange.onFunction(read, hart -> begin(hart, false));
        exchange.onFunction(write, hart -> begin(hart, true));
        for (String function : new String[] {read, write}) {
            exchange.afterCall(function, "mutex_lock", hart -> {
                Operation operation = operations.get(exchange.task(hart));
                if (operation != null) {
                    locked(operation.pipe);
                }
            });
            exchange.require(exchange.beforeCall(function, "mutex_unlock", this::unlockByOperation), "pipes");
        }
        exchange.onFunction("pipe_lock", hart -> {
            long pipe = exchange.argument(hart, 0);
            exchange.onReturn(hart, _ -> locked(pipe));
        });
        exchange.onFunction("pipe_double_lock", hart -> {
            long first = exchange.argument(hart, 0);
            long second = exchange.argument(hart, 1);
            exchange.onReturn(hart, _ -> {
                locked(first);
                locked(second);
            });
        });
        exchange.onFunction("pipe_unlock", this::unlockBySplice);
        exchange.onFunction("get_pipe_info", hart -> learnName(exchange.argument(hart, 0)));
        exchange.onFunction("free_pipe_info", hart -> pipes.remove(exchange.argument(hart, 0)));
    }

    /** Since 6.15 those of FIFOs call those of pipes without a name. */
    private String inKernel(String function) {
        String later = "anon_" + function;
        return exchange.kernel().symbols().function(later).isPresent() ? later : function;
    }

    private KernelObject pipeAt(long address) {
        return exchange.kernel().object("pipe_inode_info", address);
    }

    private void begin(int hart, boolean isWrite) {
        long file =
                exchange.kernel().object("kiocb", exchange.argument(hart, 0)).get("ki_filp");
        long iterator = exchange.argument(hart, 1);
        long pipe = learnName(file);
        Sent sent = isWrite ? exchange.sent(hart).with(exchange.payloads().ofIterator(hart, iterator)) : Sent.BEFORE;
        long wanted =
                isWrite ? 0 : exchange.kernel().object("iov_iter", iterator).get("count");
        operations.put(exchange.task(hart), new Operation(pipe, sent, isWrite, wanted));
    }

    /** The pipe of an open file, or 0 if it is none; files tell its name, the pipe itself does not. */
    private long learnName(long fileAddress) {
        KernelObject file = exchange.kernel().object("file", fileAddress);
        if (!isPipe(file.get("f_op"))) {
            return 0;
        }
        long pipe = file.get("private_data");
        Pipe known = pipes.get(pipe);
        if (known == null) {
            known = new Pipe();
            known.queue.restart(content(pipeAt(pipe)));
            known.name = exchange.files().paths().ofFile(file).toString();
            pipes.put(pipe, known);
        } else if (known.name.equals("pipe")) {
            known.name = exchange.files().paths().ofFile(file).toString();
        }
        return pipe;
    }

    private boolean isPipe(long operations) {
        return operations == exchange.kernel().symbols().find("pipefifo_fops").orElse(0)
                || operations
                        == exchange.kernel().symbols().find("pipeanon_fops").orElse(0);
    }

    /** Bytes that lie in a pipe. */
    private long content(KernelObject pipe) {
        long bytes = 0;
        for (KernelObject each : buffers(pipe)) {
            bytes += each.get("len");
        }
        return bytes;
    }

    private List<KernelObject> buffers(KernelObject pipe) {
        long head = pipe.get("head");
        long mask = pipe.get("ring_size") - 1;
        long ring = pipe.get("bufs");
        long used = head - pipe.get("tail") & INDEX_MASK;
        if (used > mask + 1 || used > MOST_BUFFERS) {
            exchange.kernel()
                    .damage()
                    .note("pipes", "the pipe at 0x%x has its head before its tail".formatted(pipe.address()));
            return List.of();
        }
        var buffers = new ArrayList<KernelObject>();
        for (long i = head - used; i != head; i++) {
            buffers.add(new KernelObject(
                    pipe.space(), exchange.kernel().types(), buffer, ring + (i & mask) * buffer.sizeBytes()));
        }
        return buffers;
    }

    /** What lies in a pipe behind so many bytes: after splice it is in no program's memory. */
    private byte[] payload(KernelObject pipe, long behindBytes) {
        byte[] payload = Sent.NOTHING;
        if (exchange.payloads().isKept()) {
            long skip = behindBytes;
            for (KernelObject each : buffers(pipe)) {
                long length = each.get("len");
                if (skip < length) {
                    payload = exchange.payloads()
                            .withPage(payload, each.get("page"), each.get("offset") + skip, length - skip);
                }
                skip = Math.max(0, skip - length);
            }
        }
        return payload;
    }

    /** Somebody has the mutex: what is there that we have not seen come was there before the watch. */
    private void locked(long address) {
        Pipe pipe = pipes.computeIfAbsent(address, _ -> new Pipe());
        long content = content(pipeAt(address));
        if (content != pipe.queue.bytes()) {
            pipe.queue.restart(content);
        }
    }

    private void unlockByOperation(int hart) {
        Operation operation = operations.get(exchange.task(hart));
        if (operation == null || !pipes.containsKey(operation.pipe)) {
            return;
        }
        Pipe pipe = pipes.get(operation.pipe);
        long change = content(pipeAt(operation.pipe)) - pipe.queue.bytes();
        if (operation.isWrite) {
            pipe.queue.append(operation.sent, change, operation.bytes);
            operation.bytes += Math.max(change, 0);
        } else {
            // The rest of a packet that was not wanted is thrown away.
            long read = Math.min(-change, operation.bytes);
            take(hart, pipe, read);
            pipe.queue.drop(-change - read);
            operation.bytes -= Math.max(read, 0);
        }
    }

    private void unlockBySplice(int hart) {
        long address = exchange.argument(hart, 0);
        KernelObject object = pipeAt(address);
        Pipe pipe = pipes.get(address);
        // A pipe without files is the inside of sendfile, which nobody locks or shares.
        if (object.get("files") == 0 || pipe == null) {
            return;
        }
        long change = content(object) - pipe.queue.bytes();
        if (change > 0) {
            Sent sent = exchange.sent(hart).with(payload(object, pipe.queue.bytes()));
            pipe.queue.append(sent, change, 0);
        } else {
            take(hart, pipe, -change);
        }
    }

    private void take(int hart, Pipe pipe, long bytes) {
        ChannelKind kind = pipe.name.startsWith("/") ? ChannelKind.FIFO : ChannelKind.PIPE;
        pipe.queue.take(
                bytes,
                piece -> exchange.received(hart, kind, pipe.name, piece.sent()).piece(piece));
    }
}

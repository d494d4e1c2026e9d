package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Who waits on which futex. Up to Linux 6.15 all waiters stand in one hash table; later kernels have one for each process,
 * so there they are found where waiting threads keep their places in the queue: on their kernel stacks.
 */
public final class Futexes {
    private static final int MOST_BUCKETS = 1 << 20;
    private static final int MOST_WAITERS = 1 << 20;

    // include/linux/futex.h: what the low bits of a key's offset say.
    private static final long FUT_OFF_INODE = 1;
    private static final long FUT_OFF_MMSHARED = 2;
    private static final long FUT_OFF_BITS = 3;

    private final KernelView kernel;
    private final Map<Long, Optional<UserMemory>> memories = new HashMap<>();

    public Futexes(KernelView kernel) {
        this.kernel = kernel;
    }

    /** What may wake a waiter. */
    public enum Scope {
        /** Threads of its own process. */
        PRIVATE,
        /** Whoever has the same memory, but it belongs to no file. */
        SHARED,
        /** Whoever has the same file mapped. */
        FILE
    }

    /**
     * One thread that waits.
     *
     * @param address of the futex in the waiter's own memory; 0 if it has unmapped it
     * @param value of the futex now; empty if it is not in memory
     * @param bitset which wake-ups it takes; all bits as a rule
     * @param owner of a lock with priority inheritance: the thread that holds it
     * @param queued address of its futex_q
     */
    public record Waiter(
            Task task,
            long address,
            Scope scope,
            String file,
            OptionalInt value,
            long bitset,
            OptionalInt owner,
            long queued) {}

    /** All waiters, lazily. */
    public Stream<Waiter> waiters() {
        return hashed().orElseGet(this::onStacks)
                .flatMap(queued -> kernel.tolerate("futexes", () -> waiter(queued)).flatMap(found -> found).stream());
    }

    /** The places in the one hash table; empty if this kernel has none. */
    private Optional<Stream<KernelObject>> hashed() {
        OptionalLong table = kernel.symbols().find("__futex_data");
        // struct { buckets; their number }: it has no name that the kernel's types could give its layout by.
        if (table.isEmpty() || kernel.types().findStruct("futex_private_hash").isPresent()) {
            return Optional.empty();
        }
        AddressSpace space = kernel.space();
        long buckets = space.readLong(table.getAsLong());
        long count = space.readLong(table.getAsLong() + Long.BYTES);
        if (Long.bitCount(count) != 1 || count > MOST_BUCKETS || !space.isMapped(buckets)) {
            return Optional.empty();
        }
        long size = kernel.types().struct("futex_hash_bucket").sizeBytes();
        return Optional.of(LongStream.range(0, count)
                .mapToObj(i -> kernel.object("futex_hash_bucket", buckets + i * size))
                .flatMap(bucket ->
                        kernel.list(bucket.addressOf("chain.node_list"), "futex_q", "list.node_list", MOST_WAITERS)));
    }

    private Stream<KernelObject> onStacks() {
        return new Tasks(kernel)
                .threads()
                .filter(task -> !task.isKernelThread() && !task.isOnCpu())
                .flatMap(task -> kernel.tolerate("futexes", () -> onStack(task)).stream());
    }

    private KernelObject onStack(Task task) {
        KernelStack.Bounds bounds = KernelStack.bounds(task);
        AddressSpace space = kernel.space();
        KernelObject shape = kernel.object("futex_q", 0);
        long taskOffset = shape.layout().field("task").offsetBytes();
        long end = bounds.high() - shape.layout().sizeBytes();
        for (long at = task.object().get("thread.sp"); bounds.has(at) && at < end; at += Long.BYTES) {
            if (space.readLong(at + taskOffset) == task.address()) {
                KernelObject candidate = kernel.object("futex_q", at);
                long lock = candidate.get("lock_ptr");
                long node = candidate.addressOf("list.node_list");
                long next = candidate.get("list.node_list.next");
                // Its neighbour in the queue knows it.
                if (space.isMapped(lock)
                        && space.isMapped(next + 8)
                        && space.readLong(next + 8) == node
                        && next != node) {
                    return candidate;
                }
            }
        }
        return null;
    }

    private Optional<Waiter> waiter(KernelObject queued) {
        Optional<KernelObject> waiting = queued.follow("task");
        if (waiting.isEmpty()) {
            return Optional.empty(); // Of io_uring: no thread waits.
        }
        var task = new Task(kernel, waiting.get());
        if (!Tasks.isPlausible(task)) {
            return Optional.empty();
        }
        long flags = queued.get("key.both.offset") & FUT_OFF_BITS;
        long offset = queued.get("key.both.offset") & ~FUT_OFF_BITS;
        Optional<Vma> mapping = (flags & FUT_OFF_INODE) != 0 ? mapping(task, queued) : Optional.empty();
        long address = (flags & FUT_OFF_INODE) == 0
                ? queued.get("key.private.address") + offset
                : mapping.map(vma -> pageOf(vma, queued) + offset).orElse(0L);
        return Optional.of(new Waiter(
                task,
                address,
                scope(flags),
                mapping.map(Vma::name).orElse(""),
                address == 0 ? OptionalInt.empty() : value(task, address),
                queued.get("bitset"),
                owner(queued),
                queued.address()));
    }

    private static Scope scope(long flags) {
        if ((flags & FUT_OFF_INODE) != 0) {
            return Scope.FILE;
        }
        return (flags & FUT_OFF_MMSHARED) != 0 ? Scope.SHARED : Scope.PRIVATE;
    }

    /** Where the waiter has the file's page. */
    private static Optional<Vma> mapping(Task task, KernelObject queued) {
        long sequence = queued.get("key.shared.i_seq");
        return MemoryMaps.of(task)
                .filter(vma -> vma.file()
                        .map(file -> file.to("f_inode").get("i_sequence") == sequence)
                        .orElse(false))
                .filter(vma -> vma.has(pageOf(vma, queued)))
                .findFirst();
    }

    private static long pageOf(Vma vma, KernelObject queued) {
        return vma.start() + queued.get("key.shared.pgoff") * AddressSpace.PAGE_BYTES - vma.offset();
    }

    private OptionalInt value(Task task, long address) {
        try {
            Optional<UserMemory> memory = memories.computeIfAbsent(task.object().get("mm"), _ -> task.memory());
            return memory.isPresent() ? OptionalInt.of(memory.get().space().readInt(address)) : OptionalInt.empty();
        } catch (MemoryFault _) {
            return OptionalInt.empty(); // Swapped out, or unmapped by another thread.
        }
    }

    private static OptionalInt owner(KernelObject queued) {
        return queued.follow("pi_state")
                .flatMap(state -> state.follow("owner"))
                .map(owner -> OptionalInt.of(owner.getInt("pid")))
                .orElse(OptionalInt.empty());
    }
}

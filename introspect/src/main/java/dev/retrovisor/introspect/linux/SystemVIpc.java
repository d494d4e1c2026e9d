package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** System V message queues, semaphores and shared memory, by ipc namespace. */
public final class SystemVIpc {
    private static final int MOST = 1 << 20;
    private static final int MOST_SEMAPHORES = 32_000;
    private static final int MOST_BODY_BYTES = 64;

    // ipc/util.h, IPC_SEM_IDS and its neighbours.
    private static final int SEMAPHORES = 0;
    private static final int QUEUES = 1;
    private static final int SEGMENTS = 2;

    /** What all three have: number, key, owner and permissions in an ipc namespace. */
    public record Identity(long namespace, int id, int key, int uid, int gid, int mode) {}

    /** A thread that sleeps until it can go on. {@code wants} is in words what it waits for. */
    public record Waiter(int tid, String wants) {
        @Override
        public String toString() {
            return "%d(%s)".formatted(tid, wants);
        }
    }

    /** @param head its first bytes */
    public record Message(long type, long sizeBytes, byte[] head) {}

    /** A message queue. */
    public record Queue(
            Identity identity,
            long messages,
            long bytes,
            long mostBytes,
            List<Message> content,
            List<Waiter> receivers,
            List<Waiter> senders) {}

    /**
     * One semaphore of a set.
     *
     * @param lastTgid process that changed it last; 0 for none
     */
    public record Semaphore(int value, int lastTgid, List<Waiter> waiters) {}

    /** @param waiters those that wait for several of its semaphores at once */
    public record SemaphoreSet(Identity identity, List<Semaphore> semaphores, List<Waiter> waiters) {}

    /**
     * A segment of shared memory.
     *
     * @param attached processes that have it mapped now
     * @param file its {@code struct file}
     */
    public record Segment(
            Identity identity,
            long sizeBytes,
            long attachments,
            int creatorTgid,
            List<Integer> attached,
            KernelObject file) {}

    private final KernelView kernel;

    public SystemVIpc(KernelView kernel) {
        this.kernel = kernel;
    }

    public Stream<Queue> queues() {
        return each(QUEUES, "msg_queue", "q_perm", this::queue);
    }

    public Stream<SemaphoreSet> semaphores() {
        return each(SEMAPHORES, "sem_array", "sem_perm", this::semaphoreSet);
    }

    /** @param holders which processes there are */
    public Stream<Segment> segments(Holders holders) {
        var mappers = new Mappers(kernel, holders);
        return each(SEGMENTS, "shmid_kernel", "shm_perm", (identity, object) -> segment(mappers, identity, object));
    }

    @FunctionalInterface
    private interface Reader<T> {
        T read(Identity identity, KernelObject object);
    }

    private <T> Stream<T> each(int kind, String struct, String member, Reader<T> reader) {
        return NamespaceUsers.of(kernel, "ipc_ns")
                .flatMap(space -> Idr.entries(
                                kernel, space.namespace().at("ids", kind).in("ipcs_idr"), MOST)
                        .map(entry ->
                                kernel.object("kern_ipc_perm", entry.pointer()).container(struct, member))
                        .flatMap(object -> kernel
                                .tolerate(
                                        "System V ipc",
                                        () -> reader.read(identity(space.number(), object.in(member)), object))
                                .stream()));
    }

    private static Identity identity(long namespace, KernelObject permissions) {
        return new Identity(
                namespace,
                permissions.getInt("id"),
                permissions.getInt("key"),
                permissions.getInt("uid"),
                permissions.getInt("gid"),
                permissions.getInt("mode"));
    }

    private Queue queue(Identity identity, KernelObject queue) {
        return new Queue(
                identity,
                queue.get("q_qnum"),
                queue.get("q_cbytes"),
                queue.get("q_qbytes"),
                kernel.list(queue.addressOf("q_messages"), "msg_msg", "m_list", MOST)
                        .flatMap(message -> kernel.tolerate("messages", () -> message(message)).stream())
                        .toList(),
                waiters(
                        queue.addressOf("q_receivers"),
                        "msg_receiver",
                        "r_list",
                        waiting -> new Waiter(waiting.to("r_tsk").getInt("pid"), "type " + waiting.get("r_msgtype"))),
                waiters(
                        queue.addressOf("q_senders"),
                        "msg_sender",
                        "list",
                        waiting -> new Waiter(waiting.to("tsk").getInt("pid"), waiting.get("msgsz", 0) + " bytes")));
    }

    private static Message message(KernelObject message) {
        return new Message(message.get("m_type"), Messages.sizeBytes(message), Messages.body(message, MOST_BODY_BYTES));
    }

    @FunctionalInterface
    private interface WaiterReader {
        Waiter read(KernelObject waiting);
    }

    private List<Waiter> waiters(long head, String struct, String member, WaiterReader reader) {
        return kernel.list(head, struct, member, MOST)
                .flatMap(waiting -> kernel.tolerate("waiters", () -> reader.read(waiting)).stream())
                .toList();
    }

    private SemaphoreSet semaphoreSet(Identity identity, KernelObject set) {
        int count = Math.clamp(set.getInt("sem_nsems"), 0, MOST_SEMAPHORES);
        return new SemaphoreSet(
                identity,
                IntStream.range(0, count)
                        .mapToObj(i -> set.at("sems", i))
                        .map(this::semaphore)
                        .toList(),
                waiters(set));
    }

    private Semaphore semaphore(KernelObject semaphore) {
        int last = semaphore.follow("sempid").map(pid -> tgid(pid)).orElse(0);
        return new Semaphore(semaphore.getInt("semval"), last, waiters(semaphore));
    }

    /** Those that wait to change values, and those that wait for zero. */
    private List<Waiter> waiters(KernelObject owner) {
        var all = new ArrayList<Waiter>();
        for (String list : List.of("pending_alter", "pending_const")) {
            all.addAll(waiters(owner.addressOf(list), "sem_queue", "list", SystemVIpc::waiter));
        }
        return all;
    }

    private static Waiter waiter(KernelObject waiting) {
        int tid = waiting.to("sleeper").getInt("pid");
        String wants = waiting.follow("blocking")
                .or(() -> waiting.follow("sops"))
                .map(operation -> "%d:%+d".formatted(operation.getInt("sem_num"), operation.getInt("sem_op")))
                .orElse("");
        return new Waiter(tid, wants);
    }

    private int tgid(KernelObject pid) {
        return kernel.object("upid", pid.addressOf("numbers")).getInt("nr");
    }

    private Segment segment(Mappers mappers, Identity identity, KernelObject segment) {
        KernelObject file = segment.to("shm_file");
        return new Segment(
                identity,
                segment.get("shm_segsz"),
                segment.get("shm_nattch"),
                segment.follow("shm_cprid").map(this::tgid).orElse(0),
                mappers.ofFile(file.to("f_mapping"))
                        .map(Mappers.Mapping::pid)
                        .distinct()
                        .toList(),
                file);
    }
}

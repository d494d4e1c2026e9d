package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** POSIX message queues, by ipc namespace. */
public final class PosixQueues {
    private static final int MOST = 1 << 20;
    private static final int MOST_BODY_BYTES = 64;
    private static final int SENDERS = 0;
    private static final int RECEIVERS = 1;
    private static final int TYPE_SHIFT = 12;
    private static final int REGULAR = 8;

    /** @param head its first bytes */
    public record Message(int priority, long sizeBytes, byte[] head) {}

    /**
     * A queue.
     *
     * @param name with the slash
     * @param content in the order in which it will be received
     * @param receivers threads that wait for a message
     * @param senders threads that wait for room
     * @param inode its {@code struct inode}
     */
    public record Queue(
            long namespace,
            String name,
            int uid,
            int mode,
            long messages,
            long bytes,
            long mostMessages,
            long mostMessageBytes,
            List<Message> content,
            List<Integer> receivers,
            List<Integer> senders,
            KernelObject inode) {}

    private final KernelView kernel;
    private final Inodes inodes;

    public PosixQueues(KernelView kernel) {
        this.kernel = kernel;
        inodes = new Inodes(kernel);
    }

    public Stream<Queue> all() {
        return NamespaceUsers.of(kernel, "ipc_ns")
                .flatMap(space -> kernel
                        .tolerate(
                                "POSIX queues",
                                () -> space.namespace()
                                        .follow("mq_mnt")
                                        .map(mount -> mount.to("mnt_sb"))
                                        .orElse(null))
                        .stream()
                        .flatMap(inodes::of)
                        .flatMap(inode -> kernel.tolerate("POSIX queues", () -> read(space.number(), inode)).stream()))
                .flatMap(Optional::stream);
    }

    private Optional<Queue> read(long namespace, KernelObject inode) {
        return inode.getInt("i_mode") >>> TYPE_SHIFT == REGULAR
                ? Optional.of(queue(namespace, inode))
                : Optional.empty();
    }

    private Queue queue(long namespace, KernelObject inode) {
        KernelObject queue = inode.container("mqueue_inode_info", "vfs_inode");
        return new Queue(
                namespace,
                inodes.nameWithin(inode),
                inode.getInt("i_uid"),
                inode.getInt("i_mode"),
                queue.get("attr.mq_curmsgs"),
                queue.get("qsize"),
                queue.get("attr.mq_maxmsg"),
                queue.get("attr.mq_msgsize"),
                content(queue),
                waiting(queue, RECEIVERS),
                waiting(queue, SENDERS),
                inode);
    }

    private List<Message> content(KernelObject queue) {
        var byPriority = new ArrayList<>(
                RedBlackTrees.inOrder(kernel, queue.addressOf("msg_tree"), "posix_msg_tree_node", "rb_node", MOST)
                        .toList());
        Collections.reverse(byPriority);
        return byPriority.stream()
                .flatMap(level -> kernel.list(level.addressOf("msg_list"), "msg_msg", "m_list", MOST)
                        .flatMap(message -> kernel
                                .tolerate(
                                        "messages",
                                        () -> new Message(
                                                level.getInt("priority"),
                                                Messages.sizeBytes(message),
                                                Messages.body(message, MOST_BODY_BYTES)))
                                .stream()))
                .toList();
    }

    private List<Integer> waiting(KernelObject queue, int direction) {
        return kernel.list(queue.at("e_wait_q", direction).addressOf("list"), "ext_wait_queue", "list", MOST)
                .flatMap(waiting ->
                        kernel.tolerate("waiters", () -> waiting.to("task").getInt("pid")).stream())
                .toList();
    }
}

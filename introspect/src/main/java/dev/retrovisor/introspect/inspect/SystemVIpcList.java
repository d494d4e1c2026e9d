package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.Holders;
import dev.retrovisor.introspect.linux.SystemVIpc;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** System V message queues, semaphores and shared memory. */
final class SystemVIpcList implements Inspection<SystemVIpcList.Row> {
    private static final int PERMISSIONS = 07777;

    /**
     * @param namespace number of the ipc namespace
     * @param number of the message or the semaphore in its queue or set
     * @param value type of a message, value of a semaphore, attachments of a segment, messages in a queue
     * @param bytes of a message, a queue's messages, a segment
     * @param content first bytes of a message
     * @param processes threads that wait and for what, or processes that are attached
     */
    record Row(
            long namespace,
            Kind kind,
            int id,
            @Column(Column.Style.HEX) long key,
            int uid,
            @Column(Column.Style.OCTAL) int mode,
            int number,
            long value,
            @Column(Column.Style.BYTES) long bytes,
            String content,
            String processes) {}

    @Override
    public String name() {
        return "sysvipc";
    }

    @Override
    public String summary() {
        return "System V queues with their messages, semaphores with their waiters, shared memory with who is attached";
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public Stream<Row> run(KernelView kernel, Scope scope) {
        var ipc = new SystemVIpc(kernel);
        return Stream.concat(
                Stream.concat(
                        ipc.queues().flatMap(SystemVIpcList::queue),
                        ipc.semaphores().flatMap(SystemVIpcList::set)),
                ipc.segments(new Holders(kernel)).map(SystemVIpcList::segment));
    }

    enum Kind {
        QUEUE,
        MESSAGE,
        SET,
        SEMAPHORE,
        SEGMENT
    }

    private static Row row(
            SystemVIpc.Identity identity,
            Kind kind,
            int number,
            long value,
            long bytes,
            String content,
            Stream<?> processes) {
        return new Row(
                identity.namespace(),
                kind,
                identity.id(),
                Integer.toUnsignedLong(identity.key()),
                identity.uid(),
                identity.mode() & PERMISSIONS,
                number,
                value,
                bytes,
                content,
                processes.map(Object::toString).collect(Collectors.joining(" ")));
    }

    private static Stream<Row> queue(SystemVIpc.Queue queue) {
        Stream<?> waiters = Stream.concat(queue.receivers().stream(), queue.senders().stream());
        Row first = row(queue.identity(), Kind.QUEUE, 0, queue.messages(), queue.bytes(), "", waiters);
        return Stream.concat(
                Stream.of(first), IntStream.range(0, queue.content().size()).mapToObj(i -> {
                    SystemVIpc.Message message = queue.content().get(i);
                    String head = new String(message.head(), StandardCharsets.UTF_8);
                    return row(
                            queue.identity(),
                            Kind.MESSAGE,
                            i,
                            message.type(),
                            message.sizeBytes(),
                            head,
                            Stream.empty());
                }));
    }

    private static Stream<Row> set(SystemVIpc.SemaphoreSet set) {
        Row first = row(set.identity(), Kind.SET, 0, set.semaphores().size(), 0, "", set.waiters().stream());
        return Stream.concat(
                Stream.of(first), IntStream.range(0, set.semaphores().size()).mapToObj(i -> {
                    SystemVIpc.Semaphore each = set.semaphores().get(i);
                    return row(set.identity(), Kind.SEMAPHORE, i, each.value(), 0, "", each.waiters().stream());
                }));
    }

    private static Row segment(SystemVIpc.Segment segment) {
        return row(
                segment.identity(),
                Kind.SEGMENT,
                0,
                segment.attachments(),
                segment.sizeBytes(),
                "",
                segment.attached().stream());
    }
}

package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.Holders;
import dev.retrovisor.introspect.linux.PosixQueues;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** POSIX message queues. */
final class MessageQueueList implements Inspection<MessageQueueList.Row> {
    /**
     * @param namespace number of the ipc namespace
     * @param number of a message in the order in which they are received; -1 for the queue itself
     * @param priority of a message
     * @param messages in the queue
     * @param content first bytes of a message
     * @param receivers threads that wait for a message
     * @param senders threads that wait for room
     * @param holders processes and their file descriptors
     */
    record Row(
            long namespace,
            String queue,
            int number,
            int priority,
            long messages,
            @Column(Column.Style.BYTES) long bytes,
            String content,
            String receivers,
            String senders,
            String holders) {}

    @Override
    public String name() {
        return "mqueues";
    }

    @Override
    public String summary() {
        return "POSIX message queues with their messages";
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public Stream<Row> run(KernelView kernel, Scope scope) {
        var holders = new Holders(kernel);
        return new PosixQueues(kernel).all().flatMap(queue -> rows(queue, holders));
    }

    private static Stream<Row> rows(PosixQueues.Queue queue, Holders holders) {
        Row first = new Row(
                queue.namespace(),
                queue.name(),
                -1,
                0,
                queue.messages(),
                queue.bytes(),
                "",
                text(queue.receivers()),
                text(queue.senders()),
                Holders.text(holders.of(queue.inode().address()).stream()));
        return Stream.concat(
                Stream.of(first), IntStream.range(0, queue.content().size()).mapToObj(i -> {
                    PosixQueues.Message message = queue.content().get(i);
                    return new Row(
                            queue.namespace(),
                            queue.name(),
                            i,
                            message.priority(),
                            1,
                            message.sizeBytes(),
                            new String(message.head(), StandardCharsets.UTF_8),
                            "",
                            "",
                            "");
                }));
    }

    private static String text(List<Integer> threads) {
        return threads.stream().map(String::valueOf).collect(Collectors.joining(" "));
    }
}

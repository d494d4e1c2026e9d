package dev.retrovisor.introspect.ipc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ByteQueueTest {
    private static final Sent ANNA = sent(1, "anna");
    private static final Sent BERT = sent(2, "bert's");

    private final ByteQueue queue = new ByteQueue();

    private static Sent sent(int pid, String payload) {
        return new Sent(new Party(pid, pid, "p"), 0, 0, payload.getBytes(StandardCharsets.UTF_8));
    }

    /** Process, bytes, messages and payload of each piece of a read. */
    private List<String> read(long bytes) {
        var pieces = new ArrayList<String>();
        queue.take(
                bytes,
                piece -> pieces.add("%d %d %d %s"
                        .formatted(
                                piece.sent().from().pid(),
                                piece.bytes(),
                                piece.messages(),
                                new String(piece.payload(), StandardCharsets.UTF_8))));
        return pieces;
    }

    @Test
    void aReadOfTwoWritesIsOfBothWriters() {
        queue.append(ANNA, 4, 0);
        queue.append(BERT, 6, 0);

        assertThat(read(10)).containsExactly("1 4 1 anna", "2 6 1 bert's");
        assertThat(queue.bytes()).isZero();
    }

    @Test
    void aWriteThatIsReadInPiecesIsOneMessage() {
        queue.append(BERT, 6, 0);

        assertThat(read(2)).containsExactly("2 2 1 be");
        assertThat(read(4)).containsExactly("2 4 0 rt's");
    }

    @Test
    void aWriteThatComesInPartsStaysOneMessageEvenIfOthersWriteBetween() {
        queue.append(ANNA, 2, 0);
        queue.append(ANNA, 1, 2);
        queue.append(BERT, 6, 0);
        queue.append(ANNA, 1, 3);

        assertThat(read(10)).containsExactly("1 3 1 ann", "2 6 1 bert's", "1 1 0 a");
    }

    @Test
    void whatNobodyWasSeenToWriteWasThereBefore() {
        queue.restart(3);
        queue.append(ANNA, 4, 0);

        assertThat(read(9)).containsExactly("0 3 1 ", "1 4 1 anna", "0 2 1 ");
    }

    @Test
    void aRefusedWriteIsNotThere() {
        queue.append(ANNA, 4, 0);
        queue.append(BERT, 6, 0);
        queue.retract(ANNA);

        assertThat(queue.bytes()).isEqualTo(6);
        assertThat(read(6)).containsExactly("2 6 1 bert's");
    }
}

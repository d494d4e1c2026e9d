package dev.retrovisor.recorder.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The two halves of a connection by themselves, at times that the test sets. */
class TcpHalvesTest {
    private static final long SECOND = 1_000_000_000L;

    private record Sent(long offset, int bytes, boolean fin) {}

    private final List<Sent> sent = new ArrayList<>();
    private final FrameQueue queue = new FrameQueue(() -> {});

    private static byte[] randomBytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static TcpSender sender(int mss, long window) {
        TcpSender sender = new TcpSender(65536);
        sender.open(mss, window);
        return sender;
    }

    private static void fill(TcpSender sender, int bytes) throws IOException {
        var source = Channels.newChannel(new ByteArrayInputStream(new byte[bytes]));
        assertEquals(bytes, sender.ring().readFrom(source, bytes), "all of it fits");
    }

    private void transmit(TcpSender sender, long nowNanos) {
        sender.transmit((offset, bytes, fin) -> sent.add(new Sent(offset, bytes, fin)), queue, 1000, nowNanos);
    }

    private Sent onlySent() {
        assertEquals(1, sent.size(), () -> "one segment, not " + sent);
        return sent.removeFirst();
    }

    @Test
    void aReceiverPutsAnyOrderOfOverlappingSegmentsRight() throws IOException {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            byte[] stream = randomBytes(random, 1 + random.nextInt(100_000));
            TcpReceiver receiver = new TcpReceiver(32768);
            ByteArrayOutputStream host = new ByteArrayOutputStream();
            while (!receiver.isFinished()) {
                long base = Math.max(0, receiver.ring().end() - 2000);
                int offset = (int) Math.min(stream.length, base + random.nextInt(40_000));
                int length = Math.min(stream.length - offset, random.nextInt(4000));
                boolean fin = offset + length == stream.length;
                if (receiver.accepts(offset, length + (fin ? 1 : 0))) {
                    receiver.accept(offset, stream, offset, length, fin);
                }
                if (random.nextInt(4) == 0) {
                    receiver.ring().writeTo(Channels.newChannel(host));
                }
            }
            receiver.ring().writeTo(Channels.newChannel(host));
            assertArrayEquals(stream, host.toByteArray(), "seed " + seed);
            assertEquals(stream.length + 1, receiver.acknowledgement(), "the FIN counts as one");
        }
    }

    @Test
    void aReceiverNeverTakesBackWhatItPromised() throws IOException {
        TcpReceiver receiver = new TcpReceiver(32768);
        Random random = new Random(5);
        long promised = 0;
        for (int i = 0; i < 10_000; i++) {
            long edge = receiver.acknowledgement() + receiver.promise(1 << 20);
            assertTrue(edge >= promised, "the window's right edge never moves left");
            promised = edge;
            int length = (int)
                    Math.min(random.nextInt(1460), promised - receiver.ring().end());
            receiver.accept(receiver.ring().end(), new byte[1460], 0, length, false);
            if (random.nextInt(30) == 0) {
                receiver.ring().writeTo(Channels.newChannel(new ByteArrayOutputStream()));
            }
        }
    }

    @Test
    void aLostSegmentIsSentAgainEachTimeLater() throws IOException {
        TcpSender sender = sender(1000, 65535);
        fill(sender, 500);
        transmit(sender, 0);
        assertEquals(new Sent(0, 500, false), onlySent());
        long last = 0;
        long wait = 0;
        for (int i = 0; i < 6; i++) {
            long deadline = sender.deadline();
            assertTrue(deadline - last > wait, "it waits longer each time");
            wait = deadline - last;
            last = deadline;
            assertTrue(sender.onTimer());
            transmit(sender, deadline);
            assertEquals(new Sent(0, 500, false), onlySent());
        }
        sender.acknowledge(500, 65535, 0, true, last);
        transmit(sender, last);
        assertEquals(RetransmissionTimer.NEVER, sender.deadline(), "nothing is under way");
    }

    @Test
    void threeDuplicatesAreALossAndAPartialAnswerNamesTheNext() throws IOException {
        TcpSender sender = sender(1000, 65535);
        fill(sender, 8000);
        transmit(sender, 0);
        assertEquals(8, sent.size());
        sent.clear();
        for (int i = 0; i < 3; i++) {
            transmit(sender, 1);
            assertTrue(sent.isEmpty(), "not before the third");
            sender.acknowledge(0, 65535, 0, true, 1);
        }
        transmit(sender, 1);
        assertEquals(new Sent(0, 1000, false), onlySent());
        sender.acknowledge(3000, 65535, 0, true, 2);
        transmit(sender, 2);
        assertEquals(new Sent(3000, 1000, false), onlySent());
    }

    @Test
    void aShutWindowIsProbedByOneByteAndForgottenWhenItOpens() throws IOException {
        TcpSender sender = sender(1000, 2000);
        fill(sender, 2000);
        transmit(sender, 0);
        sent.clear();
        sender.acknowledge(2000, 0, 0, true, 1);
        assertEquals(1, sender.roomBytes(), "one byte to probe with");
        fill(sender, 1);
        sender.end();
        transmit(sender, 1);
        assertTrue(sent.isEmpty(), "a shut window takes nothing");
        for (int i = 0; i < 100; i++) {
            assertTrue(sender.onTimer(), "a guest that answers may keep it shut for ever");
            transmit(sender, i * SECOND);
            assertEquals(new Sent(2000, 1, false), onlySent());
            assertEquals(2000, sender.bareOffset(), "inside the guest's window");
            sender.acknowledge(2000, 0, 0, true, i * SECOND);
            transmit(sender, i * SECOND);
            assertTrue(sent.isEmpty(), "its answers are no sign of a loss");
        }
        sender.acknowledge(2000, 5000, 0, true, 101 * SECOND);
        transmit(sender, 101 * SECOND);
        assertEquals(new Sent(2000, 1, true), onlySent());
    }

    @Test
    void aFinWaitsForItsPlaceAndIsAcknowledgedLast() throws IOException {
        TcpSender sender = sender(1000, 1000);
        fill(sender, 1000);
        sender.end();
        transmit(sender, 0);
        assertEquals(new Sent(0, 1000, false), onlySent());
        sender.acknowledge(1000, 1000, 0, true, 1);
        assertTrue(sender.isDrained());
        assertFalse(sender.isFinAcknowledged());
        transmit(sender, 1);
        assertEquals(new Sent(1000, 0, true), onlySent());
        sender.acknowledge(1001, 1000, 0, true, 2);
        assertTrue(sender.isFinAcknowledged());
    }

    @Test
    void aFullQueueHoldsDataBackUntilItIsPolled() throws IOException {
        int[] woken = {0};
        FrameQueue full = new FrameQueue(() -> woken[0]++);
        while (full.hasRoom()) {
            full.offer(new byte[1]);
        }
        TcpSender sender = sender(1000, 65535);
        fill(sender, 5000);
        assertTrue(sender.transmit((_, _, _) -> sent.add(null), full, 1000, 0), "it wants to go on");
        assertTrue(sent.isEmpty());
        assertFalse(full.stall());
        while (full.poll() != null) {}
        assertEquals(1, woken[0], "woken once, when enough has gone");
    }
}

package dev.retrovisor.recorder.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PacketsTest {
    private static Ipv4Packet fragment(int from, byte[] whole, int end) {
        int flags = (end < whole.length ? 0x2000 : 0) | from / 8;
        byte[] frame = GuestFrames.ipv4(
                GuestFrames.GATEWAY_MAC,
                GuestFrames.GUEST,
                GuestFrames.GATEWAY,
                17,
                flags,
                Arrays.copyOfRange(whole, from, end));
        return Ipv4Packet.parse(frame, 14);
    }

    @Test
    void bothWaysToSumAgree() {
        Random random = new Random(3);
        for (int i = 0; i < 10_000; i++) {
            byte[] bytes = new byte[random.nextInt(100)];
            random.nextBytes(bytes);
            int from = random.nextInt(bytes.length + 1);
            int length = bytes.length - from;
            assertEquals(
                    GuestFrames.checksum(bytes, from, length, 0),
                    Checksums.finish(Checksums.sum(bytes, from, length, 0)),
                    () -> Arrays.toString(bytes));
        }
    }

    @Test
    void aPacketWithAWrongBitInItsHeaderIsNone() {
        byte[] good = GuestFrames.ipv4(GuestFrames.GATEWAY, 17, new byte[8]);
        assertNotNull(Ipv4Packet.parse(good, 14));
        for (int bit = 0; bit < 160; bit++) {
            byte[] bad = good.clone();
            bad[14 + bit / 8] ^= (byte) (1 << bit % 8);
            assertNull(Ipv4Packet.parse(bad, 14), "bit " + bit);
        }
    }

    @Test
    void fragmentsOfAnyOrderMakeTheirPacketAndOverlapsMakeNone() {
        byte[] whole = new byte[4000];
        new Random(4).nextBytes(whole);
        Ipv4Reassembly reassembly = new Ipv4Reassembly();
        assertNull(reassembly.add(fragment(2960, whole, 4000), 0));
        assertNull(reassembly.add(fragment(0, whole, 1480), 0));
        Ipv4Packet packet = reassembly.add(fragment(1480, whole, 2960), 0);
        byte[] payload = Arrays.copyOfRange(packet.bytes(), packet.payload(), packet.payload() + packet.payloadBytes());
        assertArrayEquals(whole, payload);
        assertNotNull(Ipv4Packet.parse(packet.bytes(), 0), "its header is right again");

        assertNull(reassembly.add(fragment(0, whole, 1480), 0));
        assertNull(reassembly.add(fragment(1472, whole, 2960), 0), "an overlap");
        assertNull(reassembly.add(fragment(1480, whole, 2960), 0));
        assertNull(reassembly.add(fragment(2960, whole, 4000), 0), "the first one was thrown away with the overlap");
    }

    @Test
    void fragmentsWaitHalfAMinuteAtMost() {
        byte[] whole = new byte[1600];
        Ipv4Reassembly reassembly = new Ipv4Reassembly();
        assertNull(reassembly.add(fragment(0, whole, 800), 0));
        assertNull(reassembly.add(fragment(800, whole, 1600), 31_000_000_000L));
        assertNotNull(reassembly.add(fragment(0, whole, 800), 32_000_000_000L), "the late one has waited for it");
    }
}

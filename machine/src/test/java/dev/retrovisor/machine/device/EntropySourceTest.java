package dev.retrovisor.machine.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.retrovisor.machine.state.StateCoverage;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class EntropySourceTest {
    /** RFC 8439, "Test Vector for the ChaCha20 Block Function". */
    @Test
    void theBlockFunctionIsChaCha20() {
        var key = new int[8];
        for (int i = 0; i < 8; i++) {
            key[i] = 0x03020100 + i * 0x04040404;
        }
        var block = new int[16];
        EntropySource.chacha20(key, 1, new int[] {0x09000000, 0x4a000000, 0}, block);
        int[] expected = {
            0xe4e7f110, 0x15593bd1, 0x1fdd0f50, 0xc47120a3, 0xc7f4d1c7, 0x0368c033, 0x9aaa2204, 0x4e6cd4c3,
            0x466482d2, 0x09aa9f07, 0x05d7c214, 0xa2028bd9, 0xd19c12b5, 0xb94e16de, 0xe883d0cb, 0x4e3c50a2
        };
        assertArrayEquals(expected, block);
    }

    @Test
    void nothingIsGivenBeforeASeed() {
        assertThrows(IllegalStateException.class, () -> new EntropySource().fill(new byte[1], 0, 1));
    }

    @Test
    void outputNeverRepeatsAndFollowsFromTheSeeds() {
        EntropySource first = seeded();
        byte[] once = take(first, 100);
        byte[] twice = take(first, 100);
        assertFalse(Arrays.equals(once, twice), "the key moves on");
        EntropySource second = seeded();
        assertArrayEquals(once, take(second, 100));
        second.seed(new byte[32]);
        assertFalse(Arrays.equals(twice, take(second, 100)), "a new seed is mixed in");
    }

    @Test
    void allItsStateIsSaved() {
        EntropySource source = seeded();
        take(source, 3);
        StateCoverage.check(source, EntropySource::new);
    }

    private static EntropySource seeded() {
        var source = new EntropySource();
        var seed = new byte[32];
        Arrays.fill(seed, (byte) 0x42);
        source.seed(seed);
        return source;
    }

    private static byte[] take(EntropySource source, int length) {
        var bytes = new byte[length];
        source.fill(bytes, 0, length);
        return bytes;
    }
}

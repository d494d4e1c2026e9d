package dev.retrovisor.machine.device;

import dev.retrovisor.machine.state.StateReader;
import dev.retrovisor.machine.state.StateWriter;
import dev.retrovisor.machine.state.Stateful;
import java.util.Arrays;

/**
 * The machine's deterministic generator: what it gives is a function of the seeds that came in and of what was taken.
 *
 * <p>ChaCha20 (RFC 8439, "The ChaCha20 Block Function") with fast key erasure: the first 32 bytes that a key yields are
 * the next key, so that what was given cannot be computed from a later state. A new seed is mixed with the old key.
 */
public final class EntropySource implements Stateful {
    public static final int SEED_BYTES = 32;

    private static final int BLOCK_WORDS = 16;
    private static final int KEY_WORDS = 8;

    /** What a block is for; stands in the first word of the nonce. */
    private static final int FOR_OUTPUT = 0;

    private static final int FOR_OLD_KEY = 1;
    private static final int FOR_NEW_KEY = 2;

    private final int[] key = new int[KEY_WORDS];
    private boolean seeded;

    @Override
    public String name() {
        return "entropy";
    }

    /** Whether a seed ever came in; before that there is nothing to give. */
    public boolean isSeeded() {
        return seeded;
    }

    /** Mixes {@value #SEED_BYTES} bytes from outside into the key. */
    public void seed(byte[] seed) {
        if (seed.length != SEED_BYTES) {
            throw new IllegalArgumentException("seed of %d bytes: must be %d".formatted(seed.length, SEED_BYTES));
        }
        var block = new int[BLOCK_WORDS];
        chacha20(key, 0, FOR_OLD_KEY, block);
        for (int i = 0; i < KEY_WORDS; i++) {
            int word = seed[4 * i] & 0xFF
                    | (seed[4 * i + 1] & 0xFF) << 8
                    | (seed[4 * i + 2] & 0xFF) << 16
                    | seed[4 * i + 3] << 24;
            key[i] = block[i] ^ word;
        }
        chacha20(key, 0, FOR_NEW_KEY, block);
        System.arraycopy(block, 0, key, 0, KEY_WORDS);
        seeded = true;
    }

    /** Gives bytes; only once seeded. */
    public void fill(byte[] target, int targetOffset, int lengthBytes) {
        if (!seeded) {
            throw new IllegalStateException("entropy was asked for before a seed came in");
        }
        var block = new int[BLOCK_WORDS];
        chacha20(key, 0, FOR_OUTPUT, block);
        int[] nextKey = Arrays.copyOf(block, KEY_WORDS);
        int at = KEY_WORDS * Integer.BYTES;
        int counter = 0;
        for (int done = 0; done < lengthBytes; done++) {
            if (at == BLOCK_WORDS * Integer.BYTES) {
                chacha20(key, ++counter, FOR_OUTPUT, block);
                at = 0;
            }
            target[targetOffset + done] = (byte) (block[at >> 2] >>> 8 * (at & 3));
            at++;
        }
        System.arraycopy(nextKey, 0, key, 0, KEY_WORDS);
    }

    @Override
    public void save(StateWriter out) {
        out.putBoolean(seeded);
        for (int word : key) {
            out.putInt(word);
        }
    }

    @Override
    public void load(StateReader in) {
        seeded = in.getBoolean();
        for (int i = 0; i < KEY_WORDS; i++) {
            key[i] = in.getInt();
        }
    }

    /** One block; the nonce is {@code (purpose, 0, 0)}. */
    private static void chacha20(int[] key, int counter, int purpose, int[] block) {
        chacha20(key, counter, new int[] {purpose, 0, 0}, block);
    }

    static void chacha20(int[] key, int counter, int[] nonce, int[] block) {
        var start = new int[BLOCK_WORDS];
        start[0] = 0x61707865; // "expand 32-byte k"
        start[1] = 0x3320646e;
        start[2] = 0x79622d32;
        start[3] = 0x6b206574;
        System.arraycopy(key, 0, start, 4, KEY_WORDS);
        start[12] = counter;
        System.arraycopy(nonce, 0, start, 13, 3);
        System.arraycopy(start, 0, block, 0, BLOCK_WORDS);
        for (int doubleRound = 0; doubleRound < 10; doubleRound++) {
            quarterRound(block, 0, 4, 8, 12);
            quarterRound(block, 1, 5, 9, 13);
            quarterRound(block, 2, 6, 10, 14);
            quarterRound(block, 3, 7, 11, 15);
            quarterRound(block, 0, 5, 10, 15);
            quarterRound(block, 1, 6, 11, 12);
            quarterRound(block, 2, 7, 8, 13);
            quarterRound(block, 3, 4, 9, 14);
        }
        for (int i = 0; i < BLOCK_WORDS; i++) {
            block[i] += start[i];
        }
    }

    private static void quarterRound(int[] x, int a, int b, int c, int d) {
        x[a] += x[b];
        x[d] = Integer.rotateLeft(x[d] ^ x[a], 16);
        x[c] += x[d];
        x[b] = Integer.rotateLeft(x[b] ^ x[c], 12);
        x[a] += x[b];
        x[d] = Integer.rotateLeft(x[d] ^ x[a], 8);
        x[c] += x[d];
        x[b] = Integer.rotateLeft(x[b] ^ x[c], 7);
    }
}

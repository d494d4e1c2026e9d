package dev.retrovisor.traces;

import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/** LZ4 blocks; bytes that do not shrink are stored as they are, and then both lengths are equal. */
final class Lz4 {
    /** LZ4 cannot expand more than this: a length that claims to is a lie and no memory is taken for it. */
    private static final int MAX_RATIO = 255;

    private static final LZ4Compressor COMPRESSOR = LZ4Factory.fastestInstance().fastCompressor();
    // The fast decompressor trusts its input; only the safe one is for bytes from a file.
    private static final LZ4SafeDecompressor DECOMPRESSOR =
            LZ4Factory.fastestInstance().safeDecompressor();

    private byte[] stored = new byte[0];

    /** Packs into {@link #stored}; returns the stored length, which is {@code lengthBytes} if packing does not pay. */
    int pack(byte[] content, int lengthBytes) {
        return pack(content, 0, lengthBytes);
    }

    /** The same for a part of an array. */
    int pack(byte[] content, int offset, int lengthBytes) {
        int bound = COMPRESSOR.maxCompressedLength(lengthBytes);
        if (stored.length < bound) {
            stored = new byte[bound];
        }
        int packed = COMPRESSOR.compress(content, offset, lengthBytes, stored, 0, bound);
        if (packed < lengthBytes) {
            return packed;
        }
        System.arraycopy(content, offset, stored, 0, lengthBytes);
        return lengthBytes;
    }

    /** What the last {@link #pack} made; valid until the next one. */
    byte[] stored() {
        return stored;
    }

    /** Whether content of this length can have been stored in that many bytes. */
    static boolean plausible(long contentBytes, long storedBytes) {
        return storedBytes >= 0 && contentBytes >= storedBytes && contentBytes <= storedBytes * MAX_RATIO + 64;
    }

    /** Undoes {@link #pack}; returns false if the bytes are not LZ4 that gives exactly {@code contentBytes}. */
    static boolean unpack(byte[] stored, int offset, int storedBytes, byte[] target, int contentBytes) {
        if (storedBytes == contentBytes) {
            System.arraycopy(stored, offset, target, 0, contentBytes);
            return true;
        }
        try {
            return DECOMPRESSOR.decompress(stored, offset, storedBytes, target, 0, contentBytes) == contentBytes;
        } catch (LZ4Exception e) {
            return false;
        }
    }
}

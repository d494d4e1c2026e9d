package dev.retrovisor.guests;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;

/**
 * Makes the flat Image of whatever a package ships as its kernel.
 *
 * <p>Linux, Documentation/arch/riscv/boot-image-header.rst: the Image's second magic, "RSC\x05", stands at byte 0x38.
 * An EFI zboot image is a PE file with "zimg" at byte 4, the payload's offset and size (u32) at 8 and 12, and the name
 * of its compression at 24.
 */
public final class KernelImage {
    private static final int MAGIC_OFFSET = 0x38;
    private static final int HEADER_BYTES = 0x40;
    private static final byte[] MAGIC = {'R', 'S', 'C', 5};
    /** Far above any kernel, far below what would hurt: a bound for what a compressed image may claim to be. */
    private static final int LIMIT_BYTES = 1 << 28;

    private KernelImage() {}

    /**
     * The flat Image in what a package or a user has: that itself, compressed with gzip, or as an EFI zboot image.
     *
     * @param file for messages
     * @throws GuestFormatException if there is none in it
     */
    public static byte[] flatten(byte[] shipped, String file) throws IOException {
        if (isFlat(shipped) && !isZboot(shipped)) {
            return shipped;
        }
        if (isZboot(shipped)) {
            return flatten(zbootPayload(shipped, file), file + " (payload)");
        }
        if (isGzip(shipped)) {
            try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(shipped), 1 << 16)) {
                byte[] inner = in.readNBytes(LIMIT_BYTES);
                if (isGzip(inner)) {
                    throw new GuestFormatException(file, 0, "gzip in gzip", "a kernel");
                }
                return flatten(inner, file + " (uncompressed)");
            }
        }
        String found = shipped.length < HEADER_BYTES
                ? "the end of the file at byte " + shipped.length
                : HexFormat.of().formatHex(shipped, MAGIC_OFFSET, MAGIC_OFFSET + MAGIC.length);
        throw new GuestFormatException(
                file, MAGIC_OFFSET, found, HexFormat.of().formatHex(MAGIC) + ", a riscv64 Image");
    }

    private static byte[] zbootPayload(byte[] shipped, String file) {
        ByteBuffer header = ByteBuffer.wrap(shipped).order(ByteOrder.LITTLE_ENDIAN);
        long offset = Integer.toUnsignedLong(header.getInt(8));
        long size = Integer.toUnsignedLong(header.getInt(12));
        String compression = new String(shipped, 24, 8, StandardCharsets.ISO_8859_1).replaceFirst("\0.*", "");
        if (!compression.equals("gzip")) {
            throw new GuestFormatException(file, 24, "zboot compression '" + compression + "'", "'gzip'");
        }
        if (offset + size > shipped.length) {
            throw new GuestFormatException(
                    file,
                    8,
                    "a payload that ends at byte " + (offset + size),
                    "one inside " + shipped.length + " bytes");
        }
        byte[] payload = new byte[(int) size];
        header.get((int) offset, payload);
        return payload;
    }

    private static boolean isFlat(byte[] image) {
        return image.length >= HEADER_BYTES
                && Arrays.equals(image, MAGIC_OFFSET, MAGIC_OFFSET + MAGIC.length, MAGIC, 0, MAGIC.length);
    }

    private static boolean isZboot(byte[] image) {
        return image.length >= HEADER_BYTES
                && new String(image, 0, 8, StandardCharsets.ISO_8859_1).equals("MZ\0\0zimg");
    }

    private static boolean isGzip(byte[] image) {
        return image.length > 2 && image[0] == 0x1f && image[1] == (byte) 0x8b;
    }
}

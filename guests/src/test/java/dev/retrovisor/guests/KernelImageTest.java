package dev.retrovisor.guests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** Linux, Documentation/arch/riscv/boot-image-header.rst. */
final class KernelImageTest {
    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        }
        return out.toByteArray();
    }

    private static byte[] zboot(byte[] payload, String compression) {
        ByteBuffer image = ByteBuffer.allocate(64 + payload.length).order(ByteOrder.LITTLE_ENDIAN);
        image.put(0, "MZ\0\0zimg".getBytes(StandardCharsets.ISO_8859_1));
        image.putInt(8, 64).putInt(12, payload.length);
        image.put(24, compression.getBytes(StandardCharsets.ISO_8859_1)).put(64, payload);
        return image.array();
    }

    @Test
    void aFlatACompressedAndAZbootImageGiveTheSameImage() throws IOException {
        byte[] flat = FakeMirror.flatImage();

        assertArrayEquals(flat, KernelImage.flatten(flat, "Image"));
        assertArrayEquals(flat, KernelImage.flatten(gzip(flat), "Image.gz"));
        assertArrayEquals(flat, KernelImage.flatten(zboot(gzip(flat), "gzip"), "vmlinuz.efi"));
    }

    @Test
    void whatIsNoRiscvImageIsRefusedWithTheMagicsPlace() {
        GuestFormatException refused =
                assertThrows(GuestFormatException.class, () -> KernelImage.flatten(new byte[100], "bzImage"));

        assertEquals(0x38, refused.offsetBytes());
        assertThrows(GuestFormatException.class, () -> KernelImage.flatten(new byte[3], "short"));
        assertThrows(GuestFormatException.class, () -> KernelImage.flatten(zboot(new byte[9], "zstd22"), "zboot"));
        byte[] outside = zboot(new byte[9], "gzip");
        ByteBuffer.wrap(outside).order(ByteOrder.LITTLE_ENDIAN).putInt(12, 10);
        assertThrows(GuestFormatException.class, () -> KernelImage.flatten(outside, "zboot"));
    }
}

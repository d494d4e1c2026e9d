package dev.retrovisor.introspect.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retrovisor.introspect.memory.PhysicalMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** LiME's format, version 1: a header of 32 bytes with magic, version, first and last address; then the memory. */
class MachineDumpTest {
    private static final long BASE = 0x8000_0000L;

    @TempDir
    private Path folder;

    private static PhysicalMemory memory(byte[] content) {
        ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        return new PhysicalMemory() {
            @Override
            public long base() {
                return BASE;
            }

            @Override
            public long sizeBytes() {
                return content.length;
            }

            @Override
            public int readByte(long address) {
                return bytes.get((int) (address - BASE)) & 0xff;
            }

            @Override
            public int readShort(long address) {
                return bytes.getShort((int) (address - BASE)) & 0xffff;
            }

            @Override
            public int readInt(long address) {
                return bytes.getInt((int) (address - BASE));
            }

            @Override
            public long readLong(long address) {
                return bytes.getLong((int) (address - BASE));
            }

            @Override
            public void read(long address, byte[] target, int offset, int lengthBytes) {
                System.arraycopy(content, (int) (address - BASE), target, offset, lengthBytes);
            }
        };
    }

    @Test
    void memoryStandsBehindItsHeaderWithItsZeros() throws IOException {
        byte[] content = new byte[10 * 4096];
        content[4096] = 7;
        content[5 * 4096 + 4095] = 9;
        Path file = folder.resolve("memory.lime");

        MachineDump.writeLime(memory(content), file);

        byte[] written = Files.readAllBytes(file);
        ByteBuffer header = ByteBuffer.wrap(written).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(header.getInt(0)).as("EMiL").isEqualTo(0x4c694d45);
        assertThat(header.getInt(4)).isEqualTo(1);
        assertThat(header.getLong(8)).isEqualTo(BASE);
        assertThat(header.getLong(16)).as("the last byte").isEqualTo(BASE + content.length - 1);
        assertThat(Arrays.copyOfRange(written, 32, written.length)).isEqualTo(content);
    }

    @Test
    void aFileThatEndsInZerosHasThemAll() throws IOException {
        Path file = folder.resolve("zeros.lime");

        MachineDump.writeLime(memory(new byte[3 * 4096]), file);

        assertThat(file).hasSize(32 + 3 * 4096);
    }
}

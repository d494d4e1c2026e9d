package dev.retrovisor.machine.virtio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.state.Xxh64;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Virtio 1.2, "Block Device". */
class VirtioBlockTest {
    private static final int OK = 0;
    private static final int IOERR = 1;
    private static final int UNSUPP = 2;

    private final Rig rig = new Rig();
    private final Driver driver = Driver.start(rig.block(), rig, 0);

    @Test
    void configurationGivesCapacityAndLimits() {
        assertEquals(Rig.DISK_SECTORS, driver.mmio.read(0x100, 8));
        assertEquals(254, driver.mmio.read(0x10c, 4), "seg_max");
        assertEquals(512, driver.mmio.read(0x114, 4), "blk_size");
        assertEquals(3, driver.mmio.read(0x118, 1), "physical blocks of 4 KiB");
        assertEquals(16, driver.mmio.read(0x100 + 40, 4), "max_discard_seg");
    }

    @Test
    void aReadIsDoneWhenTheLatencyHasPassed() {
        Driver.Buffer sectors = driver.in(1024);
        Driver.Buffer status = driver.in(1);
        int head = driver.send(0, header(0, 5), sectors, status);
        rig.pass(Rig.LATENCY_NANOS - 1);
        assertEquals(List.of(), driver.takeUsed(0), "not yet");
        assertFalse(rig.interrupt);
        rig.pass(1);
        assertEquals(List.of(new Driver.Used(head, 1025)), driver.takeUsed(0));
        assertTrue(rig.interrupt);
        byte[] content = driver.content(sectors);
        for (int i = 0; i < content.length; i++) {
            assertEquals(Rig.patternByte(5 * 512 + i), content[i], "byte " + i);
        }
    }

    @Test
    void writtenSectorsReadBackAndAreTold() {
        byte[] content = bytes(1536);
        assertEquals(OK, run(header(1, 7), driver.out(content)));
        Driver.Buffer sectors = driver.in(1536);
        assertEquals(OK, run(header(0, 7), sectors));
        assertArrayEquals(content, driver.content(sectors));
        assertEquals(List.of(new DeviceEvent.DiskWrite(0, 3, 7, 3, Xxh64.hash(content, 0, 1536, 0))), rig.events);
    }

    @Test
    void anyFramingOfARequestWillDo() {
        byte[] content = bytes(512);
        byte[] all = Arrays.copyOf(headerBytes(1, 9), 16 + 512);
        System.arraycopy(content, 0, all, 16, 512);
        assertEquals(OK, run(driver.out(Arrays.copyOf(all, 3)), driver.out(Arrays.copyOfRange(all, 3, 528))));
        Driver.Buffer one = driver.in(1);
        Driver.Buffer rest = driver.in(512);
        driver.send(0, header(0, 9), one, rest);
        rig.pass(Rig.LATENCY_NANOS);
        assertEquals(content[0], driver.content(one)[0]);
        assertArrayEquals(Arrays.copyOfRange(content, 1, 512), Arrays.copyOf(driver.content(rest), 511));
        assertEquals(OK, driver.content(rest)[511], "the last writable byte is the status");
    }

    @Test
    void requestsLargerThanAPieceAreMovedWhole() {
        byte[] content = bytes(300 * 512);
        assertEquals(OK, run(header(1, 100), driver.out(content)));
        Driver.Buffer sectors = driver.in(content.length);
        assertEquals(OK, run(header(0, 100), sectors));
        assertArrayEquals(content, driver.content(sectors));
    }

    @Test
    void requestsCompleteInOrderWithOneInterrupt() {
        int first = driver.put(0, header(4, 0), driver.in(1));
        int second = driver.send(0, header(4, 0), driver.in(1));
        rig.pass(Rig.LATENCY_NANOS / 2);
        int third = driver.send(0, header(4, 0), driver.in(1));
        rig.pass(Rig.LATENCY_NANOS / 2);
        assertEquals(List.of(new Driver.Used(first, 1), new Driver.Used(second, 1)), driver.takeUsed(0));
        rig.pass(Rig.LATENCY_NANOS / 2);
        assertEquals(List.of(new Driver.Used(third, 1)), driver.takeUsed(0));
    }

    @Test
    void theSerialNumberIsTwentyBytes() {
        Driver.Buffer id = driver.in(20);
        assertEquals(OK, run(header(8, 0), id));
        assertEquals(
                "serial-7",
                new String(driver.content(id), StandardCharsets.US_ASCII).trim().replace("\0", ""));
    }

    @Test
    void sectorsBehindTheEndAreAnError() {
        assertEquals(OK, run(header(0, Rig.DISK_SECTORS - 1), driver.in(512)));
        assertEquals(IOERR, run(header(0, Rig.DISK_SECTORS - 1), driver.in(1024)));
        assertEquals(IOERR, run(header(0, -1), driver.in(512)));
        assertEquals(IOERR, run(header(0, Long.MIN_VALUE), driver.in(512)));
        assertEquals(IOERR, run(header(1, Long.MAX_VALUE), driver.out(bytes(512))));
        assertEquals(IOERR, run(header(1, 0), driver.out(bytes(513))), "half a sector");
        assertEquals(UNSUPP, run(header(99, 0)));
        assertEquals(0, rig.disk.contentHash(), "nothing was written");
    }

    @Test
    void zeroesAreWrittenAndDiscardedPagesAreZero() {
        assertEquals(OK, run(header(1, 0), driver.out(bytes(8192))));
        assertEquals(OK, run(header(13, 0), range(3, 2, 1)));
        Driver.Buffer sectors = driver.in(4096);
        run(header(0, 0), sectors);
        byte[] expected = Arrays.copyOf(bytes(8192), 4096);
        Arrays.fill(expected, 3 * 512, 5 * 512, (byte) 0);
        assertArrayEquals(expected, driver.content(sectors));
        assertEquals(OK, run(header(11, 0), range(0, 8, 0)));
        run(header(0, 0), sectors);
        assertArrayEquals(new byte[4096], driver.content(sectors));
        assertEquals(new DeviceEvent.DiskWrite(0, 3, 0, 8, VirtioBlock.ZEROED), rig.events.getLast());
    }

    @Test
    void badRangesChangeNothing() {
        long before = rig.disk.contentHash();
        assertEquals(IOERR, run(header(13, 0), range(0, 8, 0), range(Rig.DISK_SECTORS, 1, 0)));
        assertEquals(IOERR, run(header(13, 0), range(0, 1 << 30, 0)));
        assertEquals(IOERR, run(header(13, 0), driver.out(new byte[15])));
        assertEquals(IOERR, run(header(11, 0)));
        assertEquals(UNSUPP, run(header(13, 0), range(0, 8, 2)));
        assertEquals(UNSUPP, run(header(11, 0), range(0, 8, 1)));
        assertEquals(before, rig.disk.contentHash());
    }

    @Test
    void aReadOnlyDiskIsNeverWritten() {
        var other = new Rig();
        Driver reader = Driver.start(other.block(true), other, 0);
        reader.set(0x014, 0);
        assertEquals(1 << 5, reader.get(0x010) & (1 << 5 | 1 << 13 | 1 << 14), "read-only, no discard");
        for (int type : new int[] {1, 11, 13}) {
            Driver.Buffer status = reader.in(1);
            reader.send(0, reader.out(headerBytes(type, 0)), reader.out(new byte[512]), status);
            other.pass(Rig.LATENCY_NANOS);
            assertEquals(IOERR, reader.content(status)[0]);
        }
        assertEquals(0, other.disk.contentHash());
        assertTrue(other.events.isEmpty());
    }

    @Test
    void aResetDropsPendingRequests() {
        driver.send(0, header(1, 0), driver.out(bytes(512)), driver.in(1));
        driver.set(Driver.STATUS, 0);
        rig.pass(10 * Rig.LATENCY_NANOS);
        assertEquals(0, rig.disk.contentHash());
        assertFalse(rig.interrupt);
        driver.start(VirtioDevice.VERSION_1);
        assertEquals(OK, run(header(1, 0), driver.out(bytes(512))));
    }

    @Test
    void aRequestWithoutHeaderOrStatusNeedsAReset() {
        driver.send(0, driver.out(new byte[15]), driver.in(1));
        rig.pass(Rig.LATENCY_NANOS);
        assertTrue(driver.needsReset());
        driver.start(VirtioDevice.VERSION_1);
        driver.send(0, header(4, 0));
        rig.pass(Rig.LATENCY_NANOS);
        assertTrue(driver.needsReset());
    }

    private int run(Driver.Buffer... buffers) {
        Driver.Buffer status = driver.in(1);
        rig.memory.writeByte(status.address(), 0xEE);
        Driver.Buffer[] all = Arrays.copyOf(buffers, buffers.length + 1);
        all[buffers.length] = status;
        driver.send(0, all);
        rig.pass(Rig.LATENCY_NANOS);
        assertFalse(driver.needsReset());
        return driver.content(status)[0];
    }

    private Driver.Buffer header(int type, long sector) {
        return driver.out(headerBytes(type, sector));
    }

    static byte[] headerBytes(int type, long sector) {
        return ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(type)
                .putInt(0)
                .putLong(sector)
                .array();
    }

    private Driver.Buffer range(long sector, int sectors, int flags) {
        return driver.out(ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(sector)
                .putInt(sectors)
                .putInt(flags)
                .array());
    }

    private static byte[] bytes(int length) {
        var bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + i / 251 + 5);
        }
        return bytes;
    }
}

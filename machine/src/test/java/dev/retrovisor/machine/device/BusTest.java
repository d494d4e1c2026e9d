package dev.retrovisor.machine.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.retrovisor.machine.state.StateReader;
import dev.retrovisor.machine.state.StateWriter;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class BusTest {
    /** Reads as its own number above the offset and the size. */
    private static final class Probe implements MmioDevice {
        private final int number;
        private long written;

        Probe(int number) {
            this.number = number;
        }

        @Override
        public String name() {
            return "probe" + number;
        }

        @Override
        public long read(long offset, int sizeBytes) {
            return (long) number << 40 | offset << 8 | sizeBytes;
        }

        @Override
        public void write(long offset, int sizeBytes, long value) {
            written = offset << 16 | (long) sizeBytes << 8 | value;
        }

        @Override
        public void reset() {
            written = 0;
        }

        @Override
        public void save(StateWriter out) {
            out.putLong(written);
        }

        @Override
        public void load(StateReader in) {
            written = in.getLong();
        }
    }

    private static long expected(int number, long offset, int sizeBytes) {
        return (long) number << 40 | offset << 8 | sizeBytes;
    }

    private final Bus bus = new Bus();
    private final Probe[] probes = {new Probe(0), new Probe(1), new Probe(2), new Probe(3)};

    private void attachAll() {
        bus.attach(0x1000_0000, 0x100, probes[0]);
        bus.attach(0x10_0000, 0x1000, probes[1]);
        bus.attach(0x1000_1000, 0x1000, probes[2]);
        bus.attach(0x1000_2000, 0x1000, probes[3]);
    }

    @Test
    void anAccessReachesTheDeviceAtItsAddress() {
        attachAll();
        assertEquals(expected(0, 0xF8, 8), bus.read(0x1000_00F8, 8), "last eight bytes of a window");
        assertEquals(expected(2, 0xFFC, 4), bus.read(0x1000_1FFC, 4), "end of a window");
        assertEquals(expected(3, 0, 2), bus.read(0x1000_2000, 2), "start of the next one");
        bus.write(0x10_0004, 4, 0xAB);
        assertEquals(4L << 16 | 4 << 8 | 0xAB, probes[1].written, "writes too");
        assertEquals(List.of(probes), bus.devices(), "the order is that of attaching");
    }

    @Test
    void nothingAnswersBetweenWindowsNorToMisalignedAccesses() {
        attachAll();
        for (long address : new long[] {0, 0xF_FFF8, 0x1000_0100, 0x1000_3000, 0x8000_0000L, -8, Long.MIN_VALUE}) {
            assertFalse(bus.maps(address, 8), Long.toHexString(address));
        }
        assertFalse(bus.maps(0x10_0002, 4), "misaligned");
        assertFalse(bus.maps(0x10_0001, 2), "misaligned");
        assertTrue(bus.maps(0x10_0001, 1), "bytes always are aligned");
        assertThrows(IllegalArgumentException.class, () -> bus.read(0, 4), "ask first");
    }

    @Test
    void lookupAgreesWithASearchThroughAllWindows() {
        attachAll();
        long[][] windows = {{0x1000_0000, 0x100}, {0x10_0000, 0x1000}, {0x1000_1000, 0x1000}, {0x1000_2000, 0x1000}};
        var random = new Random(4);
        for (int i = 0; i < 200_000; i++) {
            int sizeBytes = 1 << random.nextInt(4);
            long address = (random.nextBoolean() ? 0x10_0000 : 0x1000_0000) - 0x800 + random.nextInt(0x4000);
            int owner = -1;
            for (int w = 0; w < windows.length; w++) {
                if (address >= windows[w][0] && address < windows[w][0] + windows[w][1] && address % sizeBytes == 0) {
                    owner = w;
                }
            }
            assertEquals(owner >= 0, bus.maps(address, sizeBytes), Long.toHexString(address));
            if (owner >= 0) {
                assertEquals(
                        expected(owner, address - windows[owner][0], sizeBytes),
                        bus.read(address, sizeBytes),
                        Long.toHexString(address));
            }
        }
    }

    @Test
    void windowsMustNotOverlap() {
        attachAll();
        assertThrows(IllegalArgumentException.class, () -> bus.attach(0x1000_1FF8, 16, probes[0]), "end");
        assertThrows(IllegalArgumentException.class, () -> bus.attach(0x1000_0000, 8, probes[0]), "start");
        assertThrows(IllegalArgumentException.class, () -> bus.attach(-8, 8, probes[0]), "negative");
        bus.attach(0x1000_0100, 8, probes[0]);
    }
}

package dev.retrovisor.machine.virtio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Whatever a driver puts into its rings, the device asks for a reset and works again after one. */
class HostileDriverTest {
    private static final int TRANSMIT = 1;
    private static final long RAM_END = ArrayMemory.BASE + (1 << 20);

    private final Rig rig = new Rig();
    private final VirtioConsole console = rig.console();
    private Driver driver;

    @Test
    void aHeadOutsideTheTable() {
        hostile(d -> d.makeAvailable(TRANSMIT, d.queueSize));
        hostile(d -> d.makeAvailable(TRANSMIT, 0xFFFF));
    }

    @Test
    void aNextDescriptorOutsideTheTable() {
        hostile(d -> chain(d, Driver.NEXT, d.queueSize));
        hostile(d -> chain(d, Driver.NEXT, 0xFFFF));
    }

    @Test
    void aChainThatLoops() {
        hostile(d -> chain(d, Driver.NEXT, 0));
        hostile(d -> {
            d.descriptor(Driver.descriptors(TRANSMIT), 1, d.out((byte) 1), Driver.NEXT, 0);
            chain(d, Driver.NEXT, 1);
        });
    }

    @Test
    void anIndirectTableThatLoops() {
        hostile(d -> {
            d.descriptor(Driver.indirectTable(TRANSMIT), 0, d.out((byte) 1), Driver.NEXT, 1);
            d.descriptor(Driver.indirectTable(TRANSMIT), 1, d.out((byte) 1), Driver.NEXT, 0);
            indirect(d, Driver.indirectTable(TRANSMIT), 32, 0);
        });
    }

    @Test
    void aBufferOfNoLength() {
        hostile(d -> single(d, new Driver.Buffer(Driver.BUFFERS, 0, false)));
    }

    @Test
    void buffersOutsideRam() {
        for (long address : new long[] {0, ArrayMemory.BASE - 1, RAM_END - 3, RAM_END, -1, -4, Long.MIN_VALUE}) {
            hostile(d -> single(d, new Driver.Buffer(address, 4, false)));
        }
        hostile(d -> single(d, new Driver.Buffer(ArrayMemory.BASE, 0xFFFF_FFFFL, false)));
        hostile(d -> single(d, new Driver.Buffer(-ArrayMemory.BASE, 0xFFFF_FFFFL, false)));
    }

    @Test
    void aWritableBufferBeforeAReadableOne() {
        hostile(d -> d.put(TRANSMIT, d.in(4), d.out((byte) 1)));
    }

    @Test
    void anIndirectTableInsideAnIndirectTable() {
        hostile(d -> {
            long table = Driver.indirectTable(TRANSMIT);
            d.descriptor(table, 0, new Driver.Buffer(table, 16, false), Driver.INDIRECT, 0);
            indirect(d, table, 16, 0);
        });
    }

    @Test
    void anIndirectTableOfAnOddLengthOrPlace() {
        long table = Driver.indirectTable(TRANSMIT);
        for (long length : new long[] {0, 1, 15, 17, 16 * 65, 0xFFFF_FFF0L}) {
            hostile(d -> indirect(d, table, length, 0));
        }
        hostile(d -> indirect(d, RAM_END - 8, 16, 0));
        hostile(d -> indirect(d, -16, 16, 0));
        hostile(d -> indirect(d, table, 16, Driver.NEXT));
    }

    @Test
    void anIndirectTableThatWasNotAgreedOn() {
        features = 0;
        hostile(d -> {
            d.descriptor(Driver.indirectTable(TRANSMIT), 0, d.out((byte) 1), 0, 0);
            indirect(d, Driver.indirectTable(TRANSMIT), 16, 0);
        });
    }

    @Test
    void anAvailableIndexThatJumps() {
        hostile(d -> rig.memory.writeShort(Driver.available(TRANSMIT) + 2, d.queueSize + 1));
        hostile(d -> rig.memory.writeShort(Driver.available(TRANSMIT) + 2, -1));
    }

    @Test
    void moreRequestsThanTheQueueHasDescriptors() {
        var other = new Rig();
        Driver block = Driver.start(other.block(), other, 0);
        for (int i = 0; i < block.queueSize; i++) {
            block.makeAvailable(0, 0);
            block.set(Driver.NOTIFY, 0);
        }
        assertFalse(block.needsReset());
        block.makeAvailable(0, 0);
        block.set(Driver.NOTIFY, 0);
        assertTrue(block.needsReset(), "none was handed back yet");
        other.pass(Rig.LATENCY_NANOS);
        assertEquals(List.of(), block.takeUsed(0));
    }

    @Test
    void aNotificationOfAQueueThatIsNotReady() {
        hostile(d -> {
            d.set(0x030, TRANSMIT);
            d.set(0x044, 0);
        });
        hostile(d -> d.set(Driver.NOTIFY, 2));
        hostile(d -> d.set(Driver.NOTIFY, -1));
    }

    @Test
    void ringsOutsideRamOrOddlyPlaced() {
        for (int register : new int[] {0x080, 0x090, 0x0a0}) {
            for (long address : new long[] {0, RAM_END - 16, -16, Driver.BUFFERS + 1, ArrayMemory.BASE - 16}) {
                badQueue(d -> d.setAddress(register, address));
            }
        }
        for (long size : new long[] {0, 3, 128, 65536, 0x8000_0000L}) {
            badQueue(d -> d.set(0x038, size));
        }
    }

    @Test
    void afterAMistakeTheDeviceLeavesMemoryAlone() {
        hostile(d -> d.makeAvailable(TRANSMIT, 999));
        driver.start(VirtioDevice.VERSION_1);
        driver.makeAvailable(TRANSMIT, 999);
        driver.set(Driver.NOTIFY, TRANSMIT);
        byte[] before = rig.memory.bytes.clone();
        driver.set(Driver.NOTIFY, TRANSMIT);
        driver.set(Driver.NOTIFY, 0);
        console.receive(new byte[] {1});
        assertArrayEquals(before, rig.memory.bytes);
    }

    @Test
    void randomRingsNeverThrow() {
        for (RandomRings.Kind kind : RandomRings.Kind.values()) {
            var rings = new RandomRings(kind, kind.ordinal() + 1);
            for (int round = 0; round < 50_000; round++) {
                rings.round(round);
            }
            assertTrue(rings.resets() > 5_000, "the rubbish must be rubbish: " + rings.resets());
            assertTrue(rings.interrupts() > 1_000, "and not only rubbish: " + kind + " " + rings.interrupts());
        }
    }

    private long features = VirtioDevice.INDIRECT_DESC;

    /** Does something wrong to a running device and notifies; then the device must want a reset and live on after it. */
    private void hostile(Consumer<Driver> mistake) {
        driver = Driver.start(console, rig, features);
        int eventsBefore = rig.events.size();
        mistake.accept(driver);
        driver.set(Driver.NOTIFY, TRANSMIT);
        assertTrue(driver.needsReset(), "the driver must be told");
        assertEquals(2, driver.get(Driver.INTERRUPT_STATUS), "by a configuration change");
        assertTrue(rig.interrupt);
        assertEquals(eventsBefore, rig.events.size(), "nothing came out");
        assertEquals(List.of(), driver.takeUsed(TRANSMIT), "nothing was handed back");
        worksAfterReset();
    }

    private void badQueue(Consumer<Driver> mistake) {
        driver = new Driver(new VirtioMmio(console), rig.memory, 16);
        driver.negotiate(VirtioDevice.VERSION_1);
        driver.set(0x030, TRANSMIT);
        driver.set(0x038, 16);
        driver.setAddress(0x080, Driver.descriptors(TRANSMIT));
        driver.setAddress(0x090, Driver.available(TRANSMIT));
        driver.setAddress(0x0a0, Driver.used(TRANSMIT));
        mistake.accept(driver);
        driver.set(0x044, 1);
        assertEquals(0, driver.get(0x044), "such a queue cannot be ready");
        assertTrue(driver.needsReset());
        worksAfterReset();
    }

    private void worksAfterReset() {
        int eventsBefore = rig.events.size();
        driver.start(VirtioDevice.VERSION_1);
        assertFalse(rig.interrupt, "a reset ends the interrupt");
        driver.send(TRANSMIT, driver.out((byte) 'x'));
        assertEquals(eventsBefore + 1, rig.events.size(), "the device works again");
        assertEquals(1, driver.takeUsed(TRANSMIT).size());
    }

    private void single(Driver d, Driver.Buffer buffer) {
        d.put(TRANSMIT, buffer);
    }

    private static void chain(Driver d, int flags, int next) {
        d.descriptor(Driver.descriptors(TRANSMIT), 0, d.out((byte) 1), flags, next);
        d.makeAvailable(TRANSMIT, 0);
    }

    private static void indirect(Driver d, long table, long lengthBytes, int flags) {
        d.descriptor(
                Driver.descriptors(TRANSMIT),
                0,
                new Driver.Buffer(table, lengthBytes, false),
                Driver.INDIRECT | flags,
                1);
        d.makeAvailable(TRANSMIT, 0);
    }
}

package dev.retrovisor.machine.virtio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Virtio 1.2, "Virtio Over MMIO" and "Basic Facilities of a Virtio Device". */
class VirtioMmioTest {
    private final Rig rig = new Rig();
    private final VirtioConsole console = rig.console();
    private final Driver driver = new Driver(new VirtioMmio(console), rig.memory, 16);

    @Test
    void theTransportNamesItself() {
        assertEquals(0x74726976, driver.get(0), "magic");
        assertEquals(2, driver.get(4), "version");
        assertEquals(3, driver.get(8), "console");
        for (int register = 0x0b0; register <= 0x0bc; register += 4) {
            assertEquals(-1, driver.get(register), "there is no shared memory");
        }
    }

    @Test
    void registersTakeWordsOnly() {
        assertEquals(0, driver.mmio.read(0, 1));
        assertEquals(0, driver.mmio.read(0, 8));
        driver.mmio.write(0x070, 1, 1);
        assertEquals(0, driver.get(0x070), "a byte write changes nothing");
        assertEquals(0, driver.mmio.read(0x0fe, 2), "between registers there is nothing");
    }

    @Test
    void configurationSpaceTakesAnySize() {
        console.resize(132, 50);
        assertEquals(132, driver.mmio.read(0x100, 2));
        assertEquals(50, driver.mmio.read(0x102, 1));
        assertEquals(132 | 50 << 16, driver.mmio.read(0x100, 8));
        assertEquals(0, driver.mmio.read(0xff8, 8), "behind the configuration space all is zero");
        driver.mmio.write(0x100, 2, 1);
        assertEquals(132, driver.mmio.read(0x100, 2), "a driver cannot write it");
    }

    @Test
    void offeredFeaturesReadByHalves() {
        driver.set(0x014, 0);
        assertEquals(1 | 1 << 28 | 1 << 29, driver.get(0x010));
        driver.set(0x014, 1);
        assertEquals(1, driver.get(0x010), "version 1");
        driver.set(0x014, 2);
        assertEquals(0, driver.get(0x010));
    }

    @Test
    void featuresThatWereNotOfferedAreRefused() {
        driver.negotiate(VirtioDevice.VERSION_1 | 1L << 7);
        assertEquals(3, driver.get(Driver.STATUS), "FEATURES_OK must not stick");
        driver.set(Driver.STATUS, Driver.RUNNING & ~8);
        assertEquals(3, driver.get(Driver.STATUS), "nor DRIVER_OK without it");
    }

    @Test
    void aDriverBeforeVersionOneIsRefused() {
        driver.negotiate(1);
        assertEquals(3, driver.get(Driver.STATUS));
    }

    @Test
    void featuresAreFixedOnceAgreedOn() {
        driver.negotiate(VirtioDevice.VERSION_1);
        driver.set(0x024, 0);
        driver.set(0x020, VirtioDevice.EVENT_IDX);
        assertFalse(console.status.has(VirtioDevice.EVENT_IDX));
    }

    @Test
    void statusBitsAreClearedOnlyByAReset() {
        driver.start(VirtioDevice.VERSION_1);
        driver.set(Driver.STATUS, 1);
        assertEquals(Driver.RUNNING, driver.get(Driver.STATUS));
        driver.set(Driver.STATUS, 0);
        assertEquals(0, driver.get(Driver.STATUS));
        driver.set(0x030, 0);
        assertEquals(0, driver.get(0x044), "a reset stops the queues");
    }

    @Test
    void aQueueThatIsNotThereHasNoSize() {
        driver.set(0x030, 0);
        assertEquals(64, driver.get(0x034));
        driver.set(0x030, 2);
        assertEquals(0, driver.get(0x034));
        driver.set(0x044, 1);
        assertEquals(0, driver.get(0x044));
        driver.set(0x030, -1);
        assertEquals(0, driver.get(0x034));
    }

    @Test
    void aNewTerminalSizeInterruptsUntilAcknowledged() {
        driver.start(VirtioDevice.VERSION_1 | 1);
        int generation = driver.get(0x0fc);
        console.resize(100, 40);
        assertTrue(rig.interrupt);
        assertEquals(2, driver.get(Driver.INTERRUPT_STATUS), "configuration change");
        assertEquals(generation + 1, driver.get(0x0fc));
        driver.set(Driver.INTERRUPT_ACK, 1);
        assertTrue(rig.interrupt, "the other cause was acknowledged");
        driver.set(Driver.INTERRUPT_ACK, 2);
        assertFalse(rig.interrupt);
    }

    @Test
    void requestsFromBeforeDriverOkAreFoundThen() {
        driver.negotiate(VirtioDevice.VERSION_1);
        driver.setUpQueue(1);
        driver.send(1, driver.out((byte) 'a'));
        assertTrue(rig.events.isEmpty(), "the device must not look before DRIVER_OK");
        driver.set(Driver.STATUS, Driver.RUNNING);
        assertEquals(1, rig.events.size());
    }

    @Test
    void aReadyQueueCannotBeMoved() {
        driver.start(VirtioDevice.VERSION_1);
        driver.set(0x030, 1);
        driver.setAddress(0x080, 0);
        driver.set(0x038, 3);
        driver.send(1, driver.out((byte) 'a'));
        assertEquals(1, rig.events.size());
        assertFalse(driver.needsReset());
    }

    @Test
    void aStoppedQueueStartsOver() {
        driver.start(VirtioDevice.VERSION_1);
        driver.send(1, driver.out((byte) 'a'));
        driver.set(0x030, 1);
        driver.set(0x044, 0);
        assertEquals(0, driver.get(0x044));
        driver.start(VirtioDevice.VERSION_1);
        driver.send(1, driver.out((byte) 'b'));
        assertEquals(2, rig.events.size());
    }
}

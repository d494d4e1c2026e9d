package dev.retrovisor.machine.virtio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.retrovisor.machine.event.DeviceEvent;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Virtio 1.2, "Split Virtqueues", seen through the console's queues. */
class VirtqueueTest {
    private static final int RECEIVE = 0;
    private static final int TRANSMIT = 1;

    private final Rig rig = new Rig();
    private final VirtioConsole console = rig.console();

    @Test
    void buffersOfARequestAreOneRunOfBytes() {
        Driver driver = Driver.start(console, rig, 0);
        driver.send(TRANSMIT, driver.out((byte) 1, (byte) 2), driver.out((byte) 3), driver.out((byte) 4));
        assertArrayEquals(new byte[] {1, 2, 3, 4}, output(0));
    }

    @Test
    void indirectTablesCanBeLongerThanTheRing() {
        Driver driver = Driver.start(console, rig, VirtioDevice.INDIRECT_DESC);
        var buffers = new Driver.Buffer[driver.queueSize * 2];
        for (int i = 0; i < buffers.length; i++) {
            buffers[i] = driver.out((byte) i);
        }
        int head = driver.sendIndirect(TRANSMIT, buffers);
        assertEquals(buffers.length, output(0).length);
        assertEquals(List.of(new Driver.Used(head, 0)), driver.takeUsed(TRANSMIT));
    }

    @Test
    void anIndirectTableMayFollowPlainDescriptors() {
        Driver driver = Driver.start(console, rig, VirtioDevice.INDIRECT_DESC);
        long ring = Driver.descriptors(TRANSMIT);
        long table = Driver.indirectTable(TRANSMIT);
        driver.descriptor(table, 0, driver.out((byte) 2), 0, 0);
        driver.descriptor(ring, 0, driver.out((byte) 1), Driver.NEXT, 5);
        driver.descriptor(ring, 5, new Driver.Buffer(table, 16, false), Driver.INDIRECT, 0);
        driver.makeAvailable(TRANSMIT, 0);
        driver.set(Driver.NOTIFY, TRANSMIT);
        assertArrayEquals(new byte[] {1, 2}, output(0));
    }

    @Test
    void indexesWrapAround() {
        Driver driver = Driver.start(console, rig, VirtioDevice.EVENT_IDX);
        for (int i = 0; i < 70_000; i++) {
            driver.send(TRANSMIT, driver.out((byte) i));
            assertEquals(1, driver.takeUsed(TRANSMIT).size());
        }
        assertFalse(driver.needsReset());
        assertEquals(70_000, rig.events.size());
    }

    @Test
    void aDriverThatWantsNoInterruptGetsNone() {
        Driver driver = Driver.start(console, rig, 0);
        rig.memory.writeShort(Driver.available(TRANSMIT), 1);
        driver.send(TRANSMIT, driver.out((byte) 1));
        assertFalse(rig.interrupt);
        rig.memory.writeShort(Driver.available(TRANSMIT), 0);
        driver.send(TRANSMIT, driver.out((byte) 1));
        assertTrue(rig.interrupt);
        assertEquals(1, driver.get(Driver.INTERRUPT_STATUS));
    }

    @Test
    void withEventIndexesTheDriverIsInterruptedAtItsIndexOnly() {
        Driver driver = Driver.start(console, rig, VirtioDevice.EVENT_IDX);
        long usedEvent = Driver.available(TRANSMIT) + 4 + 2L * driver.queueSize;
        rig.memory.writeShort(usedEvent, 2);
        driver.send(TRANSMIT, driver.out((byte) 1));
        driver.send(TRANSMIT, driver.out((byte) 2));
        assertFalse(rig.interrupt, "request 2 is not handed back yet");
        driver.send(TRANSMIT, driver.out((byte) 3));
        assertTrue(rig.interrupt);
        driver.set(Driver.INTERRUPT_ACK, 1);
        driver.send(TRANSMIT, driver.out((byte) 4));
        assertFalse(rig.interrupt, "the index lies behind");
    }

    @Test
    void withEventIndexesTheDeviceAsksForTheNextRequest() {
        Driver driver = Driver.start(console, rig, VirtioDevice.EVENT_IDX);
        long availableEvent = Driver.used(TRANSMIT) + 4 + 8L * driver.queueSize;
        driver.send(TRANSMIT, driver.out((byte) 1));
        assertEquals(1, rig.memory.readShort(availableEvent));
        driver.put(TRANSMIT, driver.out((byte) 2));
        driver.send(TRANSMIT, driver.out((byte) 3));
        assertEquals(3, rig.memory.readShort(availableEvent));
        assertEquals(3, rig.events.size(), "one notification serves all that waits");
    }

    @Test
    void aShortBufferIsFilledAndTheNextTakesTheRest() {
        Driver driver = Driver.start(console, rig, 0);
        Driver.Buffer first = driver.in(3);
        Driver.Buffer second = driver.in(8);
        driver.put(RECEIVE, first);
        driver.put(RECEIVE, second);
        console.receive(new byte[] {1, 2, 3, 4, 5});
        assertArrayEquals(new byte[] {1, 2, 3}, driver.content(first));
        assertArrayEquals(new byte[] {4, 5, 0, 0, 0, 0, 0, 0}, driver.content(second));
        assertEquals(List.of(new Driver.Used(0, 3), new Driver.Used(1, 2)), driver.takeUsed(RECEIVE));
    }

    private byte[] output(int index) {
        return ((DeviceEvent.ConsoleOutput) rig.events.get(index)).bytes();
    }
}

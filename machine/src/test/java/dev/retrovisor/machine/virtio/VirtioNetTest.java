package dev.retrovisor.machine.virtio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.retrovisor.machine.event.DeviceEvent;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Virtio 1.2, "Network Device". */
class VirtioNetTest {
    private static final int RECEIVE = 0;
    private static final int TRANSMIT = 1;

    private final Rig rig = new Rig();
    private final VirtioNet net = rig.net();
    private final Driver driver = Driver.start(net, rig, 1 << 5 | 1 << 16);

    @Test
    void configurationGivesAddressAndLink() {
        for (int i = 0; i < 6; i++) {
            assertEquals(Rig.MAC[i], (byte) driver.mmio.read(0x100 + i, 1));
        }
        assertEquals(1, driver.mmio.read(0x106, 2), "link up");
    }

    @Test
    void aSentFrameLeavesWithoutItsHeader() {
        driver.send(TRANSMIT, driver.out(new byte[12]), driver.out((byte) 1, (byte) 2, (byte) 3));
        var sent = (DeviceEvent.FrameSent) rig.events.getFirst();
        assertEquals(2, sent.nic());
        assertArrayEquals(new byte[] {1, 2, 3}, sent.frame());
        assertEquals(List.of(new Driver.Used(0, 0)), driver.takeUsed(TRANSMIT));
    }

    @Test
    void anArrivedFrameComesBehindAHeader() {
        Driver.Buffer buffer = driver.in(1526);
        int head = driver.send(RECEIVE, buffer);
        net.receive(new byte[] {9, 8, 7});
        assertEquals(List.of(new Driver.Used(head, 15)), driver.takeUsed(RECEIVE));
        byte[] expected = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 9, 8, 7};
        assertArrayEquals(expected, Arrays.copyOf(driver.content(buffer), 15));
        assertTrue(rig.interrupt);
    }

    @Test
    void framesWaitForBuffersInOrder() {
        net.receive(new byte[] {1});
        net.receive(new byte[] {2});
        assertEquals(VirtioNet.FRAMES - 2, net.room());
        Driver.Buffer first = driver.in(64);
        Driver.Buffer second = driver.in(64);
        driver.put(RECEIVE, first);
        driver.send(RECEIVE, second);
        assertEquals(1, driver.content(first)[12]);
        assertEquals(2, driver.content(second)[12]);
        assertEquals(VirtioNet.FRAMES, net.room());
    }

    @Test
    void aFullCardDropsFrames() {
        for (int i = 0; i < VirtioNet.FRAMES + 5; i++) {
            net.receive(new byte[] {(byte) i});
        }
        assertEquals(0, net.room());
        driver.set(Driver.STATUS, 0);
        assertEquals(0, net.room(), "no driver, no room");
        net.receive(new byte[] {1});
        driver.start(VirtioDevice.VERSION_1);
        assertEquals(VirtioNet.FRAMES, net.room(), "a reset drops what waits");
    }

    @Test
    void aFrameLongerThanTheBufferIsDroppedAndTheBufferKept() {
        Driver.Buffer buffer = driver.in(20);
        driver.send(RECEIVE, buffer);
        net.receive(new byte[9]);
        assertEquals(List.of(), driver.takeUsed(RECEIVE));
        net.receive(new byte[8]);
        assertEquals(List.of(new Driver.Used(0, 20)), driver.takeUsed(RECEIVE));
        assertFalse(driver.needsReset());
    }

    @Test
    void aFrameWithoutHeaderNeedsAReset() {
        driver.send(TRANSMIT, driver.out(new byte[11]));
        assertTrue(driver.needsReset());
        assertEquals(2, driver.get(Driver.INTERRUPT_STATUS), "configuration change");
        assertTrue(rig.events.isEmpty());
    }

    @Test
    void emptyAndGiantFramesAreSwallowed() {
        driver.send(TRANSMIT, driver.out(new byte[12]));
        driver.send(TRANSMIT, driver.out(new byte[12]), driver.out(new byte[VirtioNet.MAX_FRAME_BYTES + 1]));
        assertEquals(2, driver.takeUsed(TRANSMIT).size());
        assertTrue(rig.events.isEmpty());
    }
}

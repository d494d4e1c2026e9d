package dev.retrovisor.machine.virtio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.retrovisor.machine.event.DeviceEvent;
import org.junit.jupiter.api.Test;

/** Virtio 1.2, "Console Device". */
class VirtioConsoleTest {
    private final Rig rig = new Rig();
    private final VirtioConsole console = rig.console();

    @Test
    void outputIsStampedWithConsoleAndStep() {
        Driver driver = Driver.start(console, rig, 0);
        rig.clock.setSteps(77);
        driver.send(1, driver.out((byte) 'h', (byte) 'i'));
        var output = (DeviceEvent.ConsoleOutput) rig.events.getFirst();
        assertEquals(77, output.step());
        assertEquals(1, output.console());
        assertArrayEquals(new byte[] {'h', 'i'}, output.bytes());
    }

    @Test
    void inputWaitsUpToItsCapacity() {
        assertEquals(0, console.room(), "no driver yet");
        Driver driver = Driver.start(console, rig, 0);
        assertEquals(VirtioConsole.INPUT_BYTES, console.room());
        console.receive(new byte[VirtioConsole.INPUT_BYTES - 1]);
        assertEquals(1, console.room());
        console.receive(new byte[] {5, 6});
        assertEquals(0, console.room());
        Driver.Buffer buffer = driver.in(VirtioConsole.INPUT_BYTES + 10);
        driver.send(0, buffer);
        assertEquals(VirtioConsole.INPUT_BYTES, driver.takeUsed(0).getFirst().writtenBytes());
        assertEquals(5, driver.content(buffer)[VirtioConsole.INPUT_BYTES - 1], "what found no room is lost");
        assertEquals(VirtioConsole.INPUT_BYTES, console.room());
    }

    @Test
    void aReadableBufferForInputNeedsAReset() {
        Driver driver = Driver.start(console, rig, 0);
        driver.send(0, driver.out((byte) 1));
        console.receive(new byte[] {1});
        assertTrue(driver.needsReset());
        assertEquals(0, console.room());
    }

    @Test
    void theTerminalsSizeOutlivesAReset() {
        console.resize(200, 60);
        Driver driver = Driver.start(console, rig, 1);
        assertEquals(200, driver.mmio.read(0x100, 2));
        assertEquals(60, driver.mmio.read(0x102, 2));
    }
}

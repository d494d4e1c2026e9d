package dev.retrovisor.machine.virtio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.state.StateCoverage;
import dev.retrovisor.machine.time.Alarms;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Every device in the middle of its work can be saved, restored elsewhere, and goes on as if nothing had been. */
class VirtioStateTest {
    private static final long FEATURES = VirtioDevice.EVENT_IDX | VirtioDevice.INDIRECT_DESC;

    @Test
    void blockGoesOnWithPendingRequests() {
        check(Rig::block, this::disturbBlock, (_, driver) -> {
            driver.send(0, driver.out(VirtioBlockTest.headerBytes(1, 3)), driver.out(filled(1024)), driver.in(1));
            driver.send(0, driver.out(VirtioBlockTest.headerBytes(0, 0)), driver.in(4096), driver.in(1));
        });
    }

    @Test
    void netGoesOnWithWaitingFrames() {
        check(
                Rig::net,
                (rig, driver) -> {
                    driver.send(1, driver.out(new byte[20]));
                    var net = (VirtioNet) current;
                    net.receive(new byte[] {1, 2, 3});
                    net.receive(new byte[] {4, 5});
                },
                (_, driver) -> {
                    driver.send(0, driver.in(100));
                    driver.send(0, driver.in(100));
                    driver.send(1, driver.out(new byte[30]));
                });
    }

    @Test
    void consoleGoesOnWithWaitingInput() {
        check(
                Rig::console,
                (rig, driver) -> {
                    var console = (VirtioConsole) current;
                    console.resize(111, 44);
                    driver.send(0, driver.in(2));
                    console.receive(new byte[] {1, 2, 3, 4});
                    driver.send(1, driver.out((byte) 'x'));
                },
                (_, driver) -> {
                    driver.send(0, driver.in(100));
                    driver.send(1, driver.out((byte) 'y'));
                });
    }

    @Test
    void entropyGoesOnWithWaitingRequests() {
        check(
                Rig::rng,
                (_, driver) -> {
                    driver.send(0, driver.in(40));
                    driver.send(0, driver.in(7));
                },
                (rig, driver) -> {
                    rig.entropy.seed(new byte[32]);
                    ((VirtioEntropy) current).seeded();
                    driver.send(0, driver.in(9));
                });
    }

    @Test
    void aMachineThatIsOftenRestoredStaysEqualToOneThatRuns() {
        for (RandomRings.Kind kind : RandomRings.Kind.values()) {
            var running = new RandomRings(kind, 77);
            var restored = new RandomRings(kind, 77);
            for (int round = 0; round < 3000; round++) {
                running.round(round);
                restored.round(round);
                if (round % 7 == 0) {
                    restored.moveToAnotherMachine();
                    assertArrayEquals(running.state(), restored.state(), kind + ", round " + round);
                    assertArrayEquals(running.rig().memory.bytes, restored.rig().memory.bytes);
                    assertEquals(
                            running.rig().disk.contentHash(),
                            restored.rig().disk.contentHash());
                }
            }
        }
    }

    @Test
    void aResetLeavesNothingBehind() {
        for (RandomRings.Kind kind : RandomRings.Kind.values()) {
            var rings = new RandomRings(kind, 5);
            byte[] fresh = rings.state();
            if (kind != RandomRings.Kind.CONSOLE) {
                for (int round = 0; round < 10; round++) {
                    rings.round(round);
                }
                rings.reset();
                assertArrayEquals(fresh, rings.state(), kind + " after a reset is as at power-on");
            }
            assertEquals(Alarms.NEVER, rings.rig().alarms.nextNanos());
            assertFalse(rings.rig().interrupt);
        }
    }

    /** The device that a script works on. */
    private VirtioDevice current;

    private void disturbBlock(Rig rig, Driver driver) {
        driver.send(0, driver.out(VirtioBlockTest.headerBytes(1, 0)), driver.out(new byte[4096]), driver.in(1));
        rig.pass(Rig.LATENCY_NANOS / 2);
        driver.send(0, driver.out(VirtioBlockTest.headerBytes(1, 1)), driver.out(filled(512)), driver.in(1));
        driver.send(0, driver.out(VirtioBlockTest.headerBytes(4, 0)), driver.in(1));
    }

    private static byte[] filled(int length) {
        var bytes = new byte[length];
        Arrays.fill(bytes, (byte) 0x5A);
        return bytes;
    }

    private <T extends VirtioDevice> void check(
            Function<Rig, T> maker, BiConsumer<Rig, Driver> before, BiConsumer<Rig, Driver> after) {
        var rig = new Rig();
        VirtioDevice device = maker.apply(rig);
        Driver driver = Driver.start(device, rig, FEATURES);
        driver.set(0x014, 1);
        driver.set(0x030, 0);
        current = device;
        before.accept(rig, driver);
        assertFalse(driver.needsReset());

        StateCoverage.check(device, () -> maker.apply(new Rig()));
        StateCoverage.check(driver.mmio, () -> new VirtioMmio(maker.apply(new Rig())));

        var otherRig = new Rig();
        VirtioDevice otherDevice = maker.apply(otherRig);
        var otherMmio = new VirtioMmio(otherDevice);
        otherRig.copyFrom(rig);
        StateCoverage.load(otherMmio, StateCoverage.save(driver.mmio));
        Driver otherDriver = driver.movedTo(otherMmio, otherRig.memory);
        int eventsBefore = rig.events.size();

        goOn(rig, device, driver, after);
        goOn(otherRig, otherDevice, otherDriver, after);
        assertArrayEquals(StateCoverage.save(driver.mmio), StateCoverage.save(otherMmio));
        assertArrayEquals(rig.memory.bytes, otherRig.memory.bytes);
        assertEquals(rig.interrupt, otherRig.interrupt);
        assertEquals(rig.disk.contentHash(), otherRig.disk.contentHash());
        assertEquals(
                told(rig.events.subList(eventsBefore, rig.events.size())),
                told(otherRig.events),
                "the same events come out");
    }

    private static List<String> told(List<DeviceEvent> events) {
        return events.stream()
                .map(event -> switch (event) {
                    case DeviceEvent.ConsoleOutput(long step, int console, byte[] bytes) ->
                        step + " console " + console + Arrays.toString(bytes);
                    case DeviceEvent.FrameSent(long step, int nic, byte[] frame) ->
                        step + " nic " + nic + Arrays.toString(frame);
                    case DeviceEvent.DiskWrite write -> write.toString();
                    case DeviceEvent.Power power -> power.toString();
                })
                .toList();
    }

    private void goOn(Rig rig, VirtioDevice device, Driver driver, BiConsumer<Rig, Driver> after) {
        current = device;
        rig.pass(Rig.LATENCY_NANOS / 2);
        driver.takeUsed(0);
        after.accept(rig, driver);
        rig.pass(Rig.LATENCY_NANOS * 2);
        assertFalse(driver.needsReset());
    }
}

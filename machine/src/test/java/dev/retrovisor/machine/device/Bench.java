package dev.retrovisor.machine.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.state.StateReader;
import dev.retrovisor.machine.state.StateWriter;
import dev.retrovisor.machine.state.Stateful;
import dev.retrovisor.machine.time.Alarms;
import dev.retrovisor.machine.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What a device is wired to in these tests: time, one interrupt wire, the harts' pins, a list of what left. */
final class Bench implements HartPins {
    static final int HARTS = 4;

    final Clock clock = new Clock();
    final Alarms alarms = new Alarms();
    final List<DeviceEvent> events = new ArrayList<>();
    boolean irq;
    private final boolean[][] pins = new boolean[HARTS][64];

    @Override
    public void set(int hart, int mipBit, boolean asserted) {
        pins[hart][mipBit] = asserted;
    }

    boolean pin(int hart, int mipBit) {
        return pins[hart][mipBit];
    }

    void setIrq(boolean asserted) {
        irq = asserted;
    }

    /** Goes to a virtual time as the board does: from alarm to alarm. */
    void skipTo(long virtualNanos) {
        while (alarms.nextNanos() <= virtualNanos) {
            clock.skipTo(Math.max(alarms.nextNanos(), clock.virtualNanos()));
            alarms.fireUntil(clock.virtualNanos());
        }
        clock.skipTo(virtualNanos);
    }

    /** Carries the state of {@code from} over to {@code to}, and holds the copy to the same bytes. */
    static void copy(Stateful from, Stateful to) {
        byte[] saved = save(from);
        var reader = new StateReader(saved);
        reader.section(to);
        assertEquals(0, reader.remaining(), "load uses up what save wrote");
        assertArrayEquals(saved, save(to), "a loaded device saves the same bytes");
    }

    static byte[] save(Stateful part) {
        var out = new StateWriter();
        out.section(part);
        return out.toByteArray();
    }

    /** 200,000 accesses, most of them near the registers; a device must take any of them without an exception. */
    static void hammer(MmioDevice device, long windowBytes, long seed) {
        var random = new Random(seed);
        for (int i = 0; i < 200_000; i++) {
            int sizeBytes = 1 << random.nextInt(4);
            long range = random.nextInt(4) == 0 ? windowBytes : Math.min(windowBytes, 64);
            long offset = random.nextLong(range) & -sizeBytes;
            if (random.nextBoolean()) {
                device.read(offset, sizeBytes);
            } else {
                device.write(offset, sizeBytes, random.nextInt(3) == 0 ? random.nextLong() : random.nextInt(256));
            }
        }
    }
}

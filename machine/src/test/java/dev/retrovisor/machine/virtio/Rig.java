package dev.retrovisor.machine.virtio;

import dev.retrovisor.machine.device.EntropySource;
import dev.retrovisor.machine.disk.DiskImage;
import dev.retrovisor.machine.disk.DiskOverlay;
import dev.retrovisor.machine.disk.HeapPageStorage;
import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.state.StateReader;
import dev.retrovisor.machine.state.StateWriter;
import dev.retrovisor.machine.time.Alarms;
import dev.retrovisor.machine.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** All that one device needs around it, and the means to move it to another rig. */
final class Rig {
    static final long LATENCY_NANOS = 1000;
    static final int DISK_SECTORS = 1001;
    static final byte[] MAC = {0x52, 0x54, 0, 0x12, 0x34, 0x56};

    final ArrayMemory memory = new ArrayMemory(1 << 20);
    final Clock clock = new Clock();
    final Alarms alarms = new Alarms();
    final List<DeviceEvent> events = new ArrayList<>();
    final EntropySource entropy = new EntropySource();
    final DiskOverlay disk = new DiskOverlay(0, DISK_SECTORS * 512L, pattern(), new HeapPageStorage());
    boolean interrupt;

    VirtioBlock block() {
        return block(false);
    }

    VirtioBlock block(boolean readOnly) {
        return new VirtioBlock(
                3, disk, readOnly, "serial-7", LATENCY_NANOS, clock, alarms, memory, this::setInterrupt, events::add);
    }

    VirtioNet net() {
        return new VirtioNet(2, MAC, clock, memory, this::setInterrupt, events::add);
    }

    VirtioConsole console() {
        return new VirtioConsole(1, clock, memory, this::setInterrupt, events::add);
    }

    VirtioEntropy rng() {
        return new VirtioEntropy(entropy, memory, this::setInterrupt);
    }

    /** Lets virtual time pass and alarms go off. */
    void pass(long nanos) {
        clock.skipTo(clock.virtualNanos() + nanos);
        alarms.fireUntil(clock.virtualNanos());
    }

    /** Takes over everything around the device: clock, alarms, memory, disk, generator, interrupt. */
    void copyFrom(Rig other) {
        var out = new StateWriter();
        out.section(other.clock);
        out.section(other.alarms);
        out.section(other.entropy);
        var in = new StateReader(out.toByteArray());
        in.section(clock);
        in.section(alarms);
        in.section(entropy);
        System.arraycopy(other.memory.bytes, 0, memory.bytes, 0, memory.bytes.length);
        interrupt = other.interrupt;
        var page = new byte[DiskOverlay.PAGE_BYTES];
        disk.clearPages();
        other.disk.forEachPresent(number -> {
            other.disk.readPage(number, page);
            disk.writePage(number, page);
        });
    }

    /** A base image with other bytes in each sector. */
    static DiskImage pattern() {
        return new DiskImage() {
            @Override
            public long sizeBytes() {
                return DISK_SECTORS * 512L;
            }

            @Override
            public void read(long offsetBytes, byte[] target, int targetOffset, int lengthBytes) {
                for (int i = 0; i < lengthBytes; i++) {
                    target[targetOffset + i] = patternByte(offsetBytes + i);
                }
            }
        };
    }

    static byte patternByte(long offset) {
        return (byte) (offset * 7 + offset / 512 * 13 + 1);
    }

    private void setInterrupt(boolean asserted) {
        interrupt = asserted;
    }
}

package dev.retrovisor.machine.virtio;

import dev.retrovisor.machine.device.IrqLine;
import dev.retrovisor.machine.state.StateFormatException;
import dev.retrovisor.machine.state.StateReader;
import dev.retrovisor.machine.state.StateWriter;

/**
 * What driver and device have agreed on, and the interrupt between them (virtio 1.2, "Device Status Field", "Feature
 * Bits", "Notifications").
 */
final class DeviceStatus {
    static final int ACKNOWLEDGE = 1;
    static final int DRIVER = 2;
    static final int DRIVER_OK = 4;
    static final int FEATURES_OK = 8;
    static final int NEEDS_RESET = 0x40;
    static final int FAILED = 0x80;

    /** Bits of the interrupt status. */
    static final int USED_BUFFER = 1;

    static final int CONFIG_CHANGE = 2;

    private static final int DRIVER_BITS = ACKNOWLEDGE | DRIVER | DRIVER_OK | FEATURES_OK | FAILED;

    private final IrqLine irq;
    private final long offeredFeatures;

    private int status;
    private int interruptStatus;
    private int configGeneration;
    private long driverFeatures;

    DeviceStatus(IrqLine irq, long offeredFeatures) {
        this.irq = irq;
        this.offeredFeatures = offeredFeatures;
    }

    int status() {
        return status;
    }

    int interruptStatus() {
        return interruptStatus;
    }

    int configGeneration() {
        return configGeneration;
    }

    long offeredFeatures() {
        return offeredFeatures;
    }

    /** Whether the device may touch queues: the driver is ready and made no mistake yet. */
    boolean running() {
        return (status & (DRIVER_OK | NEEDS_RESET)) == DRIVER_OK;
    }

    /** Whether a feature was agreed on; false until the driver has said FEATURES_OK. */
    boolean has(long feature) {
        return (status & FEATURES_OK) != 0 && (driverFeatures & feature) != 0;
    }

    /** Takes over half of the driver's features; fixed once they were agreed on. */
    void selectFeatures(int half, int bits) {
        if ((status & FEATURES_OK) == 0) {
            int shift = half * Integer.SIZE;
            driverFeatures = driverFeatures & ~(0xFFFF_FFFFL << shift) | (bits & 0xFFFF_FFFFL) << shift;
        }
    }

    /** Sets status bits for the driver: none can be cleared but by a reset, and none that is not due is taken. */
    void advance(int bits) {
        int taken = bits & DRIVER_BITS;
        boolean agreed = (driverFeatures & ~offeredFeatures) == 0 && (driverFeatures & VirtioDevice.VERSION_1) != 0;
        if (!agreed) {
            taken &= ~FEATURES_OK;
        }
        if (((status | taken) & FEATURES_OK) == 0) {
            taken &= ~DRIVER_OK;
        }
        status |= taken;
    }

    /** The driver made a mistake that the device cannot go on from. */
    void needsReset() {
        if ((status & NEEDS_RESET) == 0) {
            status |= NEEDS_RESET;
            if ((status & DRIVER_OK) != 0) {
                raise(CONFIG_CHANGE);
            }
        }
    }

    void usedBuffer() {
        raise(USED_BUFFER);
    }

    /** The configuration space reads otherwise than before. */
    void configChanged() {
        configGeneration++;
        if (running()) {
            raise(CONFIG_CHANGE);
        }
    }

    void acknowledge(int bits) {
        interruptStatus &= ~bits;
        irq.set(interruptStatus != 0);
    }

    /** Ends the agreement. The generation goes on, so that no reader can miss a change. */
    void reset() {
        status = 0;
        driverFeatures = 0;
        acknowledge(USED_BUFFER | CONFIG_CHANGE);
    }

    void save(StateWriter out) {
        out.putByte(status);
        out.putByte(interruptStatus);
        out.putInt(configGeneration);
        out.putLong(driverFeatures);
    }

    void load(StateReader in) {
        status = in.getByte();
        interruptStatus = in.getByte();
        configGeneration = in.getInt();
        driverFeatures = in.getLong();
        if ((status & ~(DRIVER_BITS | NEEDS_RESET)) != 0 || (interruptStatus & ~(USED_BUFFER | CONFIG_CHANGE)) != 0) {
            throw new StateFormatException(
                    "virtio status 0x%02x, interrupt status 0x%02x: found bits that are not defined"
                            .formatted(status, interruptStatus));
        }
    }

    private void raise(int cause) {
        interruptStatus |= cause;
        irq.set(true);
    }
}

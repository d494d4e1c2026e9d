package dev.retrovisor.machine.virtio;

import dev.retrovisor.machine.device.MmioDevice;
import dev.retrovisor.machine.state.StateReader;
import dev.retrovisor.machine.state.StateWriter;

/**
 * The memory-mapped transport, version 2 (virtio 1.2, "Virtio Over MMIO"): registers of 32 bits, then the device's
 * configuration space. Registers take aligned accesses of 4 bytes only; others read as zero and change nothing. The
 * configuration space takes any size and is read-only.
 */
public final class VirtioMmio implements MmioDevice {
    private static final int MAGIC = 0x74726976; // "virt"
    private static final int VERSION = 2;
    private static final int VENDOR = 0x56525452; // "RTRV"

    private static final int REG_MAGIC = 0x000;
    private static final int REG_VERSION = 0x004;
    private static final int REG_DEVICE_ID = 0x008;
    private static final int REG_VENDOR_ID = 0x00c;
    private static final int REG_DEVICE_FEATURES = 0x010;
    private static final int REG_DEVICE_FEATURES_SEL = 0x014;
    private static final int REG_DRIVER_FEATURES = 0x020;
    private static final int REG_DRIVER_FEATURES_SEL = 0x024;
    private static final int REG_QUEUE_SEL = 0x030;
    private static final int REG_QUEUE_NUM_MAX = 0x034;
    private static final int REG_QUEUE_NUM = 0x038;
    private static final int REG_QUEUE_READY = 0x044;
    private static final int REG_QUEUE_NOTIFY = 0x050;
    private static final int REG_INTERRUPT_STATUS = 0x060;
    private static final int REG_INTERRUPT_ACK = 0x064;
    private static final int REG_STATUS = 0x070;
    private static final int REG_QUEUE_DESC = 0x080;
    private static final int REG_QUEUE_DRIVER = 0x090;
    private static final int REG_QUEUE_DEVICE = 0x0a0;
    private static final int REG_SHM_LEN = 0x0b0;
    private static final int REG_SHM_BASE_HIGH = 0x0bc;
    private static final int REG_CONFIG_GENERATION = 0x0fc;
    private static final int REG_CONFIG = 0x100;

    private final VirtioDevice device;
    private final String name;
    private int deviceFeaturesSelect;
    private int driverFeaturesSelect;
    private int queueSelect;

    public VirtioMmio(VirtioDevice device) {
        this.device = device;
        this.name = device.name() + "-mmio";
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long read(long offset, int sizeBytes) {
        if (offset >= REG_CONFIG) {
            return device.readConfig(offset - REG_CONFIG, sizeBytes);
        }
        return sizeBytes == 4 ? readRegister((int) offset) & 0xFFFF_FFFFL : 0;
    }

    @Override
    public void write(long offset, int sizeBytes, long value) {
        if (offset < REG_CONFIG && sizeBytes == 4) {
            writeRegister((int) offset, (int) value);
        }
    }

    @Override
    public void reset() {
        device.reset();
        deviceFeaturesSelect = 0;
        driverFeaturesSelect = 0;
        queueSelect = 0;
    }

    @Override
    public void save(StateWriter out) {
        out.putInt(deviceFeaturesSelect);
        out.putInt(driverFeaturesSelect);
        out.putInt(queueSelect);
        out.section(device);
    }

    @Override
    public void load(StateReader in) {
        deviceFeaturesSelect = in.getInt();
        driverFeaturesSelect = in.getInt();
        queueSelect = in.getInt();
        in.section(device);
    }

    private int readRegister(int offset) {
        DeviceStatus status = device.status;
        return switch (offset) {
            case REG_MAGIC -> MAGIC;
            case REG_VERSION -> VERSION;
            case REG_DEVICE_ID -> device.deviceId();
            case REG_VENDOR_ID -> VENDOR;
            case REG_DEVICE_FEATURES ->
                isHalf(deviceFeaturesSelect) ? (int) (status.offeredFeatures() >>> 32 * deviceFeaturesSelect) : 0;
            case REG_QUEUE_NUM_MAX ->
                isQueue(queueSelect) ? device.queue(queueSelect).maxSize() : 0;
            case REG_QUEUE_READY -> isReady(queueSelect) ? 1 : 0;
            case REG_INTERRUPT_STATUS -> status.interruptStatus();
            case REG_STATUS -> status.status();
            case REG_CONFIG_GENERATION -> status.configGeneration();
            // No device here has shared memory: length and base of every region read as all ones.
            case REG_SHM_LEN, REG_SHM_LEN + 4, REG_SHM_BASE_HIGH - 4, REG_SHM_BASE_HIGH -> -1;
            default -> 0;
        };
    }

    private void writeRegister(int offset, int value) {
        switch (offset) {
            case REG_DEVICE_FEATURES_SEL -> deviceFeaturesSelect = value;
            case REG_DRIVER_FEATURES_SEL -> driverFeaturesSelect = value;
            case REG_DRIVER_FEATURES -> {
                if (isHalf(driverFeaturesSelect)) {
                    device.status.selectFeatures(driverFeaturesSelect, value);
                }
            }
            case REG_QUEUE_SEL -> queueSelect = value;
            case REG_QUEUE_NOTIFY -> notifyQueue(value);
            case REG_INTERRUPT_ACK -> device.status.acknowledge(value);
            case REG_STATUS -> writeStatus(value);
            default -> {
                if (isQueue(queueSelect)) {
                    writeQueueRegister(device.queue(queueSelect), offset, value);
                }
            }
        }
    }

    private void writeQueueRegister(Virtqueue queue, int offset, int value) {
        switch (offset) {
            case REG_QUEUE_NUM -> queue.setSize(value);
            case REG_QUEUE_READY -> {
                if ((value & 1) != 0) {
                    queue.start();
                } else {
                    device.stopQueue(queueSelect);
                }
            }
            case REG_QUEUE_DESC, REG_QUEUE_DESC + 4 -> queue.setDescriptors((offset & 4) >> 2, value);
            case REG_QUEUE_DRIVER, REG_QUEUE_DRIVER + 4 -> queue.setAvailable((offset & 4) >> 2, value);
            case REG_QUEUE_DEVICE, REG_QUEUE_DEVICE + 4 -> queue.setUsed((offset & 4) >> 2, value);
            default -> {
                // Read-only and reserved registers ignore writes.
            }
        }
    }

    private void writeStatus(int value) {
        if (value == 0) {
            reset();
            return;
        }
        boolean wasRunning = device.status.running();
        device.status.advance(value);
        if (!wasRunning && device.status.running()) {
            device.start();
        }
    }

    private void notifyQueue(int index) {
        // Before DRIVER_OK a notification means nothing: what waits is found by start().
        if (!device.status.running()) {
            return;
        }
        if (isReady(index)) {
            device.notified(index);
        } else {
            device.status.needsReset();
        }
    }

    private static boolean isHalf(int select) {
        return select == 0 || select == 1;
    }

    private boolean isQueue(int index) {
        return index >= 0 && index < device.queueCount();
    }

    private boolean isReady(int index) {
        return isQueue(index) && device.queue(index).isReady();
    }
}

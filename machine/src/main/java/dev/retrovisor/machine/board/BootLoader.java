package dev.retrovisor.machine.board;

import dev.retrovisor.machine.hart.Hart;
import dev.retrovisor.machine.isa.Insns;
import dev.retrovisor.machine.memory.Ram;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Puts firmware, kernel, initial RAM disk and device tree into RAM and points the harts at them, as a board's mask ROM
 * would: from the top of RAM downwards the device tree and the RAM disk, from its start firmware and kernel.
 */
public final class BootLoader {
    /** Where a kernel begins: 2 MiB behind firmware that needs room of its own. */
    private static final long KERNEL_OFFSET = 2L << 20;

    // The header of a riscv64 Image (Linux, "Boot image header in RISC-V Linux").
    private static final int HEADER_BYTES = 64;
    private static final int IMAGE_SIZE_OFFSET = 16;
    private static final int MAGIC_OFFSET = 0x38;
    private static final int MAGIC = 0x05435352;

    // OpenSBI's struct fw_dynamic_info, version 2.
    private static final long FW_DYNAMIC_MAGIC = 0x4942534F;
    private static final long FW_DYNAMIC_VERSION = 2;
    private static final long NEXT_MODE_SUPERVISOR = 1;

    /** Room for the device tree behind its end: OpenSBI adds to it in place. */
    private static final long DEVICE_TREE_ROOM_BYTES = 1L << 20;

    private static final int A0 = 10;
    private static final int A1 = 11;
    private static final int A2 = 12;

    private final MachineConfig config;
    private final BootImages images;
    private final long kernelAddress;
    private final long initrdAddress;
    private final long deviceTreeAddress;

    /**
     * Lays out memory.
     *
     * @throws IllegalArgumentException if an image is none, or RAM is too small
     */
    public BootLoader(MachineConfig config, BootImages images) {
        this.config = config;
        this.images = images;
        if (images.bios().length == 0 && images.kernel().length == 0) {
            throw new IllegalArgumentException("nothing to run: give a kernel, a firmware or both");
        }
        kernelAddress = Ram.BASE + KERNEL_OFFSET;
        long end = Ram.BASE + config.memoryBytes();
        deviceTreeAddress = end - 2 * DEVICE_TREE_ROOM_BYTES;
        initrdAddress = deviceTreeAddress - images.initrd().length & -4096L;
        long kernelEnd = images.kernel().length == 0 ? kernelAddress : kernelAddress + kernelBytes(images.kernel());
        long firmwareEnd = Ram.BASE + images.bios().length;
        if (Math.max(kernelEnd, firmwareEnd) > initrdAddress
                || firmwareEnd > kernelAddress && images.kernel().length > 0) {
            long needed = Math.max(kernelEnd - Ram.BASE, images.bios().length) + (end - initrdAddress);
            throw new IllegalArgumentException("%d MiB of memory are too little: kernel and initrd need %d MiB"
                    .formatted(config.memoryBytes() >> 20, (needed >> 20) + 1));
        }
    }

    /** Bytes that a kernel takes in memory, its bss included. */
    private static long kernelBytes(byte[] kernel) {
        ByteBuffer header = ByteBuffer.wrap(kernel).order(ByteOrder.LITTLE_ENDIAN);
        if (kernel.length < HEADER_BYTES || header.getInt(MAGIC_OFFSET) != MAGIC) {
            throw new IllegalArgumentException("the kernel is no riscv64 Image: bytes 56 to 59 are not \"RSC\\x05\"");
        }
        return Math.max(kernel.length, header.getLong(IMAGE_SIZE_OFFSET));
    }

    /** Fills RAM, which must be all zeros. */
    public void load(Ram ram) {
        if (images.bios().length > 0) {
            ram.write(Ram.BASE, images.bios(), 0, images.bios().length);
        }
        ram.write(kernelAddress, images.kernel(), 0, images.kernel().length);
        ram.write(initrdAddress, images.initrd(), 0, images.initrd().length);
        long initrdEnd = initrdAddress + images.initrd().length;
        byte[] tree = DeviceTree.build(config, Insns.EXTENSIONS, initrdAddress, initrdEnd);
        ram.write(deviceTreeAddress, tree, 0, tree.length);
        writeFirmwareInfo(ram);
    }

    private void writeFirmwareInfo(Ram ram) {
        long[] info = {
            FW_DYNAMIC_MAGIC, FW_DYNAMIC_VERSION, kernelAddress, NEXT_MODE_SUPERVISOR, 0, 0,
        };
        for (int i = 0; i < info.length; i++) {
            ram.writeLong(firmwareInfoAddress() + 8L * i, info[i]);
        }
    }

    private long firmwareInfoAddress() {
        return deviceTreeAddress + DEVICE_TREE_ROOM_BYTES;
    }

    /** Whether a firmware runs in machine mode; if not, the built-in SBI starts the kernel. */
    public boolean hasFirmware() {
        return images.bios().length > 0;
    }

    /** Points all harts at the firmware. */
    public void startFirmware(List<Hart> harts) {
        for (Hart hart : harts) {
            hart.state().setPc(Ram.BASE);
            hart.state().setX(A0, hart.index());
            hart.state().setX(A1, deviceTreeAddress);
            hart.state().setX(A2, firmwareInfoAddress());
        }
    }

    /** Points the first hart at the kernel; its privilege and the other harts are the SBI's business. */
    public void startKernel(Hart hart) {
        hart.state().setPc(kernelAddress);
        hart.state().setX(A0, hart.index());
        hart.state().setX(A1, deviceTreeAddress);
    }
}

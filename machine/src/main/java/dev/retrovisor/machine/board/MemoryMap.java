package dev.retrovisor.machine.board;

/** Where things are in physical memory and on which interrupt: the map of QEMU's virt board. */
public final class MemoryMap {
    public static final long SYSCON = 0x10_0000L;
    public static final long RTC = 0x10_1000L;
    public static final long ACLINT = 0x200_0000L;
    public static final long PLIC = 0xC00_0000L;
    public static final long UART = 0x1000_0000L;
    public static final long RAM = 0x8000_0000L;

    /** Length of a virtio device's register window, and the distance from one to the next. */
    public static final long VIRTIO_WINDOW_BYTES = 0x1000;

    /** How many virtio devices fit: the interrupt after the last one's belongs to other devices. */
    public static final int VIRTIO_SLOTS = 8;

    public static final int UART_IRQ = 10;
    public static final int RTC_IRQ = 11;

    private MemoryMap() {}

    /** Start of the register window of virtio device {@code slot}, counted from 0. */
    public static long virtio(int slot) {
        return 0x1000_1000L + checkSlot(slot) * VIRTIO_WINDOW_BYTES;
    }

    /** Interrupt source of virtio device {@code slot}, counted from 0. */
    public static int virtioIrq(int slot) {
        return 1 + checkSlot(slot);
    }

    private static int checkSlot(int slot) {
        if (slot < 0 || slot >= VIRTIO_SLOTS) {
            throw new IllegalArgumentException(
                    "virtio device number %d: the board has room for %d".formatted(slot + 1, VIRTIO_SLOTS));
        }
        return slot;
    }
}

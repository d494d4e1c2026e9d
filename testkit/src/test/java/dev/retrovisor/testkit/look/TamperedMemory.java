package dev.retrovisor.testkit.look;

import dev.retrovisor.introspect.kernel.MachineView;
import dev.retrovisor.introspect.memory.PhysicalMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/** A machine in whose memory somebody wrote, while the machine itself keeps what it has. */
final class TamperedMemory implements PhysicalMemory {
    private static final int PAGE_BYTES = 4096;

    private final PhysicalMemory original;
    private final Map<Long, ByteBuffer> changed = new HashMap<>();

    TamperedMemory(PhysicalMemory original) {
        this.original = original;
    }

    /** The machine with this memory. */
    MachineView on(MachineView machine) {
        return new MachineView() {
            @Override
            public PhysicalMemory memory() {
                return TamperedMemory.this;
            }

            @Override
            public int harts() {
                return machine.harts();
            }

            @Override
            public HartView hart(int index) {
                return machine.hart(index);
            }

            @Override
            public long step() {
                return machine.step();
            }

            @Override
            public long virtualNanos() {
                return machine.virtualNanos();
            }
        };
    }

    void writeByte(long physicalAddress, int value) {
        page(physicalAddress).put((int) (physicalAddress % PAGE_BYTES), (byte) value);
    }

    void writeLong(long physicalAddress, long value) {
        for (int i = 0; i < 8; i++) {
            writeByte(physicalAddress + i, (int) (value >>> 8 * i));
        }
    }

    private ByteBuffer page(long physicalAddress) {
        return changed.computeIfAbsent(physicalAddress / PAGE_BYTES, number -> {
            var bytes = new byte[PAGE_BYTES];
            original.read(number * PAGE_BYTES, bytes, 0, PAGE_BYTES);
            return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        });
    }

    @Override
    public long base() {
        return original.base();
    }

    @Override
    public long sizeBytes() {
        return original.sizeBytes();
    }

    @Override
    public int readByte(long physicalAddress) {
        ByteBuffer page = changed.get(physicalAddress / PAGE_BYTES);
        return page == null ? original.readByte(physicalAddress) : page.get((int) (physicalAddress % PAGE_BYTES));
    }

    @Override
    public int readShort(long physicalAddress) {
        return (short) readBytes(physicalAddress, 2);
    }

    @Override
    public int readInt(long physicalAddress) {
        return (int) readBytes(physicalAddress, 4);
    }

    @Override
    public long readLong(long physicalAddress) {
        return readBytes(physicalAddress, 8);
    }

    private long readBytes(long physicalAddress, int count) {
        boolean isInOnePage = physicalAddress % PAGE_BYTES <= PAGE_BYTES - count;
        if (isInOnePage && !changed.containsKey(physicalAddress / PAGE_BYTES)) {
            return switch (count) {
                case 2 -> original.readShort(physicalAddress);
                case 4 -> original.readInt(physicalAddress);
                default -> original.readLong(physicalAddress);
            };
        }
        long value = 0;
        for (int i = count - 1; i >= 0; i--) {
            value = value << 8 | readByte(physicalAddress + i) & 0xff;
        }
        return value;
    }

    @Override
    public void read(long physicalAddress, byte[] target, int offset, int lengthBytes) {
        original.read(physicalAddress, target, offset, lengthBytes);
        for (long page = physicalAddress / PAGE_BYTES; page * PAGE_BYTES < physicalAddress + lengthBytes; page++) {
            ByteBuffer content = changed.get(page);
            if (content != null) {
                long from = Math.max(physicalAddress, page * PAGE_BYTES);
                long to = Math.min(physicalAddress + lengthBytes, (page + 1) * PAGE_BYTES);
                content.get((int) (from - page * PAGE_BYTES), target, offset + (int) (from - physicalAddress), (int)
                        (to - from));
            }
        }
    }
}

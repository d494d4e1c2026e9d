package dev.retrovisor.testkit.look;

import dev.retrovisor.introspect.kernel.MachineView;
import dev.retrovisor.introspect.memory.PhysicalMemory;
import dev.retrovisor.machine.memory.Ram;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A machine that has nothing but a kernel's image in its memory, where boot loaders put it. */
final class ImageView implements MachineView {
    private static final long LOADED_AT = Ram.BASE + (2 << 20);

    private final ByteBuffer image;

    ImageView(byte[] image) {
        this.image = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public PhysicalMemory memory() {
        return new PhysicalMemory() {
            @Override
            public long base() {
                return LOADED_AT;
            }

            @Override
            public long sizeBytes() {
                return image.capacity();
            }

            private int index(long physicalAddress) {
                return (int) (physicalAddress - LOADED_AT);
            }

            @Override
            public int readByte(long physicalAddress) {
                return image.get(index(physicalAddress));
            }

            @Override
            public int readShort(long physicalAddress) {
                return image.getShort(index(physicalAddress));
            }

            @Override
            public int readInt(long physicalAddress) {
                return image.getInt(index(physicalAddress));
            }

            @Override
            public long readLong(long physicalAddress) {
                return image.getLong(index(physicalAddress));
            }

            @Override
            public void read(long physicalAddress, byte[] target, int offset, int lengthBytes) {
                image.get(index(physicalAddress), target, offset, lengthBytes);
            }
        };
    }

    @Override
    public int harts() {
        return 0;
    }

    @Override
    public HartView hart(int index) {
        throw new IndexOutOfBoundsException(index);
    }

    @Override
    public long step() {
        return 0;
    }

    @Override
    public long virtualNanos() {
        return 0;
    }
}

package dev.retrovisor.machine.virtio;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The guest's side: programs the transport and keeps rings in RAM, correctly unless a test asks for more. */
final class Driver {
    static final int STATUS = 0x070;
    static final int NOTIFY = 0x050;
    static final int INTERRUPT_STATUS = 0x060;
    static final int INTERRUPT_ACK = 0x064;
    static final int RUNNING = 15;

    static final int NEXT = 1;
    static final int WRITE = 2;
    static final int INDIRECT = 4;

    private static final long QUEUE_BYTES = 0x4000;

    /** Where buffers are handed out from. */
    static final long BUFFERS = ArrayMemory.BASE + 0x10000;

    /** One buffer of a request. */
    record Buffer(long address, long lengthBytes, boolean writable) {}

    /** What the device handed back. */
    record Used(int head, int writtenBytes) {}

    final VirtioMmio mmio;
    private final ArrayMemory memory;
    final int queueSize;
    private final int[] nextDescriptor = new int[4];
    private final int[] availableIndex = new int[4];
    private final int[] usedIndex = new int[4];
    private long nextBuffer = BUFFERS;

    Driver(VirtioMmio mmio, ArrayMemory memory, int queueSize) {
        this.mmio = mmio;
        this.memory = memory;
        this.queueSize = queueSize;
    }

    static Driver start(VirtioDevice device, Rig rig, long features) {
        var driver = new Driver(new VirtioMmio(device), rig.memory, 16);
        driver.start(features | VirtioDevice.VERSION_1);
        return driver;
    }

    /** A driver that goes on with another machine, restored from this one's. */
    Driver movedTo(VirtioMmio otherMmio, ArrayMemory otherMemory) {
        var other = new Driver(otherMmio, otherMemory, queueSize);
        System.arraycopy(nextDescriptor, 0, other.nextDescriptor, 0, 4);
        System.arraycopy(availableIndex, 0, other.availableIndex, 0, 4);
        System.arraycopy(usedIndex, 0, other.usedIndex, 0, 4);
        other.nextBuffer = nextBuffer;
        return other;
    }

    int get(int offset) {
        return (int) mmio.read(offset, 4);
    }

    void set(int offset, long value) {
        mmio.write(offset, 4, value);
    }

    void start(long features) {
        negotiate(features);
        for (int queue = 0; queue < 4; queue++) {
            setUpQueue(queue);
        }
        set(STATUS, RUNNING);
    }

    void negotiate(long features) {
        set(STATUS, 0);
        Arrays.fill(nextDescriptor, 0);
        Arrays.fill(availableIndex, 0);
        Arrays.fill(usedIndex, 0);
        set(STATUS, 1);
        set(STATUS, 3);
        set(0x024, 0);
        set(0x020, features);
        set(0x024, 1);
        set(0x020, features >>> 32);
        set(STATUS, 11);
    }

    void setUpQueue(int queue) {
        set(0x030, queue);
        if (get(0x034) == 0) {
            return;
        }
        Arrays.fill(memory.bytes, (int) (queue * QUEUE_BYTES), (int) ((queue + 1) * QUEUE_BYTES), (byte) 0);
        set(0x038, queueSize);
        setAddress(0x080, descriptors(queue));
        setAddress(0x090, available(queue));
        setAddress(0x0a0, used(queue));
        set(0x044, 1);
    }

    void setAddress(int offset, long address) {
        set(offset, address);
        set(offset + 4, address >>> 32);
    }

    static long descriptors(int queue) {
        return ArrayMemory.BASE + queue * QUEUE_BYTES;
    }

    static long available(int queue) {
        return descriptors(queue) + 0x1000;
    }

    static long used(int queue) {
        return descriptors(queue) + 0x2000;
    }

    static long indirectTable(int queue) {
        return descriptors(queue) + 0x3000;
    }

    /** A readable buffer with this content. */
    Buffer out(byte... content) {
        long address = take(content.length);
        memory.write(address, content, 0, content.length);
        return new Buffer(address, content.length, false);
    }

    /** A writable buffer. */
    Buffer in(int lengthBytes) {
        return new Buffer(take(lengthBytes), lengthBytes, true);
    }

    byte[] content(Buffer buffer) {
        var content = new byte[(int) buffer.lengthBytes()];
        memory.read(buffer.address(), content, 0, content.length);
        return content;
    }

    /** Puts a request into the rings and notifies; gives its head. */
    int send(int queue, Buffer... buffers) {
        int head = put(queue, buffers);
        set(NOTIFY, queue);
        return head;
    }

    int put(int queue, Buffer... buffers) {
        int head = nextDescriptor[queue];
        for (int i = 0; i < buffers.length; i++) {
            int index = nextDescriptor[queue];
            nextDescriptor[queue] = (index + 1) % queueSize;
            boolean last = i == buffers.length - 1;
            descriptor(descriptors(queue), index, buffers[i], last ? 0 : NEXT, nextDescriptor[queue]);
        }
        makeAvailable(queue, head);
        return head;
    }

    int sendIndirect(int queue, Buffer... buffers) {
        int head = nextDescriptor[queue];
        nextDescriptor[queue] = (head + 1) % queueSize;
        long table = indirectTable(queue);
        for (int i = 0; i < buffers.length; i++) {
            descriptor(table, i, buffers[i], i == buffers.length - 1 ? 0 : NEXT, i + 1);
        }
        descriptor(descriptors(queue), head, new Buffer(table, 16L * buffers.length, false), INDIRECT, 0);
        makeAvailable(queue, head);
        set(NOTIFY, queue);
        return head;
    }

    void descriptor(long table, int index, Buffer buffer, int flags, int next) {
        long at = table + 16L * index;
        memory.writeLong(at, buffer.address());
        memory.writeInt(at + 8, (int) buffer.lengthBytes());
        memory.writeShort(at + 12, flags | (buffer.writable() ? WRITE : 0));
        memory.writeShort(at + 14, next);
    }

    void makeAvailable(int queue, int head) {
        memory.writeShort(available(queue) + 4 + 2L * (availableIndex[queue] % queueSize), head);
        availableIndex[queue] = (availableIndex[queue] + 1) & 0xFFFF;
        memory.writeShort(available(queue) + 2, availableIndex[queue]);
    }

    /** Takes what was handed back since the last call. */
    List<Used> takeUsed(int queue) {
        var all = new ArrayList<Used>();
        int index = memory.readShort(used(queue) + 2) & 0xFFFF;
        while (usedIndex[queue] != index) {
            long element = used(queue) + 4 + 8L * (usedIndex[queue] % queueSize);
            all.add(new Used(memory.readInt(element), memory.readInt(element + 4)));
            usedIndex[queue] = (usedIndex[queue] + 1) & 0xFFFF;
        }
        return all;
    }

    boolean needsReset() {
        return (get(STATUS) & 0x40) != 0;
    }

    private long take(int lengthBytes) {
        if (nextBuffer + lengthBytes > ArrayMemory.BASE + memory.bytes.length) {
            nextBuffer = BUFFERS;
        }
        long address = nextBuffer;
        nextBuffer += lengthBytes;
        return address;
    }
}

package dev.retrovisor.machine.virtio;

import dev.retrovisor.machine.device.IrqLine;
import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.event.DeviceEventSink;
import dev.retrovisor.machine.memory.GuestMemory;
import dev.retrovisor.machine.state.StateFormatException;
import dev.retrovisor.machine.state.StateReader;
import dev.retrovisor.machine.state.StateWriter;
import dev.retrovisor.machine.time.Clock;
import java.util.ArrayDeque;

/**
 * Network device (virtio 1.2, "Network Device") with one pair of queues, its link always up, and no offloads: every
 * frame is one Ethernet frame with all checksums in place. Frames that arrive while the guest has no buffer for them
 * wait, up to {@value #FRAMES} of them.
 */
public final class VirtioNet extends VirtioDevice {
    /** Capacity for frames that the guest has not taken yet. */
    public static final int FRAMES = 256;

    /** The longest frame that an interface can be set to: an MTU of 65,535, addresses, type and one VLAN tag. */
    public static final int MAX_FRAME_BYTES = 65_535 + 18;

    private static final int DEVICE_ID = 1;
    private static final int QUEUE_SIZE = 256;
    private static final int RECEIVE = 0;
    private static final int TRANSMIT = 1;
    private static final long FEATURE_MAC = 1L << 5;
    private static final long FEATURE_STATUS = 1L << 16;
    private static final int CONFIG_BYTES = 12;
    private static final int CONFIG_STATUS = 6;
    private static final int LINK_UP = 1;
    private static final int MAC_BYTES = 6;

    /** Flags, GSO type, lengths and offsets are zero: nothing is offloaded. The last two bytes: buffers used, one. */
    private static final byte[] RECEIVE_HEADER = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0};

    private static final int HEADER_BYTES = RECEIVE_HEADER.length;

    private final int nic;
    private final Clock clock;
    private final DeviceEventSink events;
    private final ArrayDeque<byte[]> arrived = new ArrayDeque<>();

    /**
     * @param nic the number that stands in this card's events
     * @param mac six bytes
     */
    public VirtioNet(int nic, byte[] mac, Clock clock, GuestMemory memory, IrqLine irq, DeviceEventSink events) {
        super("virtio-net" + nic, DEVICE_ID, FEATURE_MAC | FEATURE_STATUS, CONFIG_BYTES, 2, QUEUE_SIZE, memory, irq);
        if (mac.length != MAC_BYTES) {
            throw new IllegalArgumentException("network address of %d bytes: must be 6".formatted(mac.length));
        }
        this.nic = nic;
        this.clock = clock;
        this.events = events;
        for (int i = 0; i < MAC_BYTES; i++) {
            putConfig(i, 1, mac[i]);
        }
        putConfig(CONFIG_STATUS, 2, LINK_UP);
    }

    /** How many frames {@link #receive} takes now: none before the driver is ready. */
    public int room() {
        return status.running() ? FRAMES - arrived.size() : 0;
    }

    /** Takes a frame, or drops it, as a real card does: no room, or longer than the guest's buffer. */
    public void receive(byte[] frame) {
        if (room() > 0 && frame.length > 0 && frame.length <= MAX_FRAME_BYTES) {
            arrived.add(frame);
            deliver();
        }
    }

    @Override
    void notified(int queueIndex) {
        if (queueIndex == RECEIVE) {
            deliver();
        } else {
            transmit();
        }
    }

    @Override
    void stopped(int queueIndex) {
        if (queueIndex == RECEIVE) {
            arrived.clear();
        }
    }

    @Override
    void saveOwn(StateWriter out) {
        out.putInt(arrived.size());
        for (byte[] frame : arrived) {
            out.putBytes(frame);
        }
    }

    @Override
    void loadOwn(StateReader in) {
        int count = in.getInt();
        if (count < 0 || count > FRAMES) {
            throw new StateFormatException("%s: found %d frames, at most %d can wait".formatted(name(), count, FRAMES));
        }
        arrived.clear();
        for (int i = 0; i < count; i++) {
            byte[] frame = in.getBytes();
            if (frame.length == 0 || frame.length > MAX_FRAME_BYTES) {
                throw new StateFormatException("%s: found a frame of %d bytes, expected 1 to %d"
                        .formatted(name(), frame.length, MAX_FRAME_BYTES));
            }
            arrived.add(frame);
        }
    }

    private void deliver() {
        Virtqueue queue = queue(RECEIVE);
        while (!arrived.isEmpty()) {
            int head = queue.next();
            DescriptorChain chain = head == Virtqueue.NONE ? null : queue.chain(head);
            if (chain == null) {
                break;
            }
            if (chain.readableBytes() != 0) {
                status.needsReset();
                break;
            }
            byte[] frame = arrived.remove();
            if (chain.writableBytes() < HEADER_BYTES + frame.length) {
                queue.putBack();
                continue;
            }
            chain.scatter(0, RECEIVE_HEADER, 0, HEADER_BYTES);
            chain.scatter(HEADER_BYTES, frame, 0, frame.length);
            queue.push(head, HEADER_BYTES + frame.length);
        }
        queue.signal();
    }

    private void transmit() {
        Virtqueue queue = queue(TRANSMIT);
        for (int head = queue.next(); head != Virtqueue.NONE; head = queue.next()) {
            DescriptorChain chain = queue.chain(head);
            if (chain == null) {
                return;
            }
            long frameBytes = chain.readableBytes() - HEADER_BYTES;
            if (frameBytes < 0) {
                status.needsReset();
                return;
            }
            if (frameBytes > 0 && frameBytes <= MAX_FRAME_BYTES) {
                var frame = new byte[(int) frameBytes];
                chain.gather(HEADER_BYTES, frame, 0, frame.length);
                events.accept(new DeviceEvent.FrameSent(clock.steps(), nic, frame));
            }
            queue.push(head, 0);
        }
        queue.signal();
    }
}

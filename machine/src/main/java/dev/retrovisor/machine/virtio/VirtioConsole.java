package dev.retrovisor.machine.virtio;

import dev.retrovisor.machine.device.IrqLine;
import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.event.DeviceEventSink;
import dev.retrovisor.machine.memory.GuestMemory;
import dev.retrovisor.machine.state.StateFormatException;
import dev.retrovisor.machine.state.StateReader;
import dev.retrovisor.machine.state.StateWriter;
import dev.retrovisor.machine.time.Clock;
import java.util.Arrays;

/**
 * Console device (virtio 1.2, "Console Device") with one port. Input that the guest has no buffer for waits inside, up
 * to {@value #INPUT_BYTES} bytes.
 */
public final class VirtioConsole extends VirtioDevice {
    private static final int DEVICE_ID = 3;
    private static final int QUEUE_SIZE = 64;
    private static final int RECEIVE = 0;
    private static final int TRANSMIT = 1;
    private static final long FEATURE_SIZE = 1L << 0;
    private static final int CONFIG_BYTES = 12;
    private static final int CONFIG_COLUMNS = 0;
    private static final int CONFIG_ROWS = 2;

    /** Capacity for input that the guest has not taken yet. */
    public static final int INPUT_BYTES = 4096;

    /** A request beyond that is no driver's: Linux sends at most 32 KiB. */
    private static final int MAX_OUTPUT_BYTES = 1 << 20;

    private final int console;
    private final Clock clock;
    private final DeviceEventSink events;

    private int columns;
    private int rows;

    /** Input not taken yet, replaced as a whole whenever it changes. */
    private byte[] input = {};

    /** @param console the number that stands in this console's events */
    public VirtioConsole(int console, Clock clock, GuestMemory memory, IrqLine irq, DeviceEventSink events) {
        super("virtio-console", DEVICE_ID, FEATURE_SIZE, CONFIG_BYTES, 2, QUEUE_SIZE, memory, irq);
        this.console = console;
        this.clock = clock;
        this.events = events;
        putSize(80, 25);
    }

    /** How many bytes {@link #receive} takes now: none before the driver is ready. */
    public int room() {
        return status.running() ? INPUT_BYTES - input.length : 0;
    }

    /** Takes input; what is beyond {@link #room} is lost. */
    public void receive(byte[] bytes) {
        int count = Math.min(room(), bytes.length);
        if (count > 0) {
            int old = input.length;
            input = Arrays.copyOf(input, old + count);
            System.arraycopy(bytes, 0, input, old, count);
            deliver();
        }
    }

    /** Tells the guest the terminal's size in character cells, each 0 to 65,535. */
    public void resize(int newColumns, int newRows) {
        if (newColumns != columns || newRows != rows) {
            putSize(newColumns, newRows);
            status.configChanged();
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
            input = new byte[0];
        }
    }

    @Override
    void saveOwn(StateWriter out) {
        out.putInt(columns);
        out.putInt(rows);
        out.putBytes(input);
    }

    @Override
    void loadOwn(StateReader in) {
        int newColumns = in.getInt();
        int newRows = in.getInt();
        putSize(newColumns, newRows);
        input = in.getBytes();
        if (input.length > INPUT_BYTES) {
            throw new StateFormatException(
                    "%s: found %d bytes of input, at most %d can wait".formatted(name(), input.length, INPUT_BYTES));
        }
    }

    private void putSize(int newColumns, int newRows) {
        columns = newColumns;
        rows = newRows;
        putConfig(CONFIG_COLUMNS, 2, newColumns);
        putConfig(CONFIG_ROWS, 2, newRows);
    }

    private void deliver() {
        Virtqueue queue = queue(RECEIVE);
        int done = 0;
        while (done < input.length) {
            int head = queue.next();
            DescriptorChain chain = head == Virtqueue.NONE ? null : queue.chain(head);
            if (chain == null) {
                break;
            }
            if (chain.readableBytes() != 0) {
                status.needsReset();
                break;
            }
            int count = (int) Math.min(chain.writableBytes(), input.length - done);
            chain.scatter(0, input, done, count);
            queue.push(head, count);
            done += count;
        }
        if (done > 0) {
            input = Arrays.copyOfRange(input, done, input.length);
            queue.signal();
        }
    }

    private void transmit() {
        Virtqueue queue = queue(TRANSMIT);
        for (int head = queue.next(); head != Virtqueue.NONE; head = queue.next()) {
            DescriptorChain chain = queue.chain(head);
            if (chain == null) {
                return;
            }
            if (chain.readableBytes() > MAX_OUTPUT_BYTES) {
                status.needsReset();
                return;
            }
            if (chain.readableBytes() > 0) {
                var bytes = new byte[(int) chain.readableBytes()];
                chain.gather(0, bytes, 0, bytes.length);
                events.accept(new DeviceEvent.ConsoleOutput(clock.steps(), console, bytes));
            }
            queue.push(head, 0);
        }
        queue.signal();
    }
}

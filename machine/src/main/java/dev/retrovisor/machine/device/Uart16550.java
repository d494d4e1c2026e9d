package dev.retrovisor.machine.device;

import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.event.DeviceEventSink;
import dev.retrovisor.machine.state.StateReader;
import dev.retrovisor.machine.state.StateWriter;
import dev.retrovisor.machine.time.Clock;

/**
 * 16550A serial port ("PC16550D Universal Asynchronous Receiver/Transmitter with FIFOs", National Semiconductor, 1995):
 * eight byte-wide registers, no baud timing. A written byte leaves at once as output of console 0.
 *
 * <p>Received bytes wait in two places. The <em>line</em> holds up to {@value #LINE_BYTES} of them, as a sender under
 * flow control would; the <em>FIFO</em> is the chip's, 16 deep, the only one that the guest sees and can clear. Bytes
 * move from line to FIFO only while the guest listens. So what is piped into a machine from its first step on is still
 * there when the driver, which clears the FIFO and reads the receive register blindly as it starts, comes to read it.
 *
 * <p>A guest listens if the receive interrupt is enabled, or if it polls: {@value #POLLS_TO_LISTEN} reads of LSR in a
 * row that found no data, with no register written in between. A driver that only waits for the transmitter never gets
 * there, since the transmitter is always ready: it writes after one or two reads.
 */
public final class Uart16550 implements MmioDevice {
    /** Length of the register window. */
    public static final long WINDOW_BYTES = 0x100;

    /** Number of this port among the board's consoles. */
    public static final int CONSOLE = 0;

    static final int LINE_BYTES = 4096;
    static final int FIFO_BYTES = 16;
    static final int POLLS_TO_LISTEN = 8;

    private static final int IER_RECEIVED = 0x01;
    private static final int IER_TRANSMITTER = 0x02;
    private static final int IER_LINE_STATUS = 0x04;
    private static final int IER_MODEM_STATUS = 0x08;
    private static final int IER_BITS = 0x0F;

    private static final int IIR_MODEM_STATUS = 0x00;
    private static final int IIR_NONE = 0x01;
    private static final int IIR_TRANSMITTER = 0x02;
    private static final int IIR_RECEIVED = 0x04;
    private static final int IIR_LINE_STATUS = 0x06;
    private static final int IIR_TIMEOUT = 0x0C;
    private static final int IIR_FIFOS = 0xC0;

    private static final int FCR_ENABLE = 0x01;
    private static final int FCR_CLEAR_RECEIVER = 0x02;

    private static final int LCR_DIVISOR_LATCH = 0x80;

    private static final int MCR_DTR = 0x01;
    private static final int MCR_RTS = 0x02;
    private static final int MCR_OUT1 = 0x04;
    private static final int MCR_OUT2 = 0x08;
    private static final int MCR_LOOPBACK = 0x10;
    private static final int MCR_BITS = 0x1F;

    private static final int LSR_DATA_READY = 0x01;
    private static final int LSR_OVERRUN = 0x02;
    /** Holding register and transmitter empty: always so. */
    private static final int LSR_TRANSMITTER_EMPTY = 0x60;

    private static final int MSR_CTS = 0x10;
    private static final int MSR_DSR = 0x20;
    private static final int MSR_RI = 0x40;
    private static final int MSR_DCD = 0x80;
    private static final int MSR_RI_ENDED = 0x04;

    private static final int[] TRIGGER_BYTES = {1, 4, 8, 14};

    private final Clock clock;
    private final IrqLine irq;
    private final DeviceEventSink events;

    private final ByteQueue line = new ByteQueue(LINE_BYTES);
    private final ByteQueue fifo = new ByteQueue(FIFO_BYTES);
    private int interruptEnable;
    private int lineControl;
    private int modemControl;
    private int scratch;
    private int divisorLow;
    private int divisorHigh;
    private int modemDelta;
    private int triggerIndex;
    private boolean fifosEnabled;
    private boolean overrun;
    /** The transmitter has become empty and nobody has been told yet. */
    private boolean transmitterNews;
    /** Reads of LSR in a row that found nothing; stops at {@link #POLLS_TO_LISTEN}. */
    private int idlePolls;

    /** Makes the port in its power-on state; {@code irq} is not driven until the first access or {@link #reset}. */
    public Uart16550(Clock clock, IrqLine irq, DeviceEventSink events) {
        this.clock = clock;
        this.irq = irq;
        this.events = events;
        clearState();
    }

    @Override
    public String name() {
        return "uart0";
    }

    /**
     * Bytes that {@link #receive} takes now without loss, and that the guest is ready for: 0 while it does not listen.
     */
    public int room() {
        if ((interruptEnable & IER_RECEIVED) != 0) {
            return line.free();
        }
        return listens() ? Math.max(0, fifoDepth() - fifo.size() - line.size()) : 0;
    }

    /** Applies input: bytes beyond the line's room are lost and reported to the guest as an overrun. */
    public void receive(byte[] bytes) {
        for (byte value : bytes) {
            overrun |= !line.add(value);
        }
        update();
    }

    @Override
    public long read(long offset, int sizeBytes) {
        if (sizeBytes != 1 || offset < 0 || offset > 7) {
            return 0;
        }
        return switch ((int) offset) {
            case 0 -> divisorLatch() ? divisorLow : takeReceived();
            case 1 -> divisorLatch() ? divisorHigh : interruptEnable;
            case 2 -> identifyInterrupt();
            case 3 -> lineControl;
            case 4 -> modemControl;
            case 5 -> readLineStatus();
            case 6 -> readModemStatus();
            default -> scratch;
        };
    }

    @Override
    public void write(long offset, int sizeBytes, long value) {
        if (sizeBytes != 1 || offset < 0 || offset > 7) {
            return;
        }
        int bits = (int) value & 0xFF;
        idlePolls = 0;
        switch ((int) offset) {
            case 0 -> {
                if (divisorLatch()) {
                    divisorLow = bits;
                } else {
                    transmit(bits);
                }
            }
            case 1 -> {
                if (divisorLatch()) {
                    divisorHigh = bits;
                } else {
                    enableInterrupts(bits & IER_BITS);
                }
            }
            case 2 -> controlFifos(bits);
            case 3 -> lineControl = bits;
            case 4 -> controlModem(bits & MCR_BITS);
            case 7 -> scratch = bits;
            default -> {} // LSR and MSR are read-only
        }
        update();
    }

    @Override
    public void reset() {
        clearState();
        update();
    }

    private void clearState() {
        line.clear();
        fifo.clear();
        interruptEnable = 0;
        lineControl = 0;
        modemControl = 0;
        scratch = 0;
        divisorLow = 12; // 9600 baud from the customary 1.8432 MHz; the chip leaves it open
        divisorHigh = 0;
        modemDelta = 0;
        triggerIndex = 0;
        fifosEnabled = false;
        overrun = false;
        transmitterNews = false;
        idlePolls = 0;
    }

    private boolean divisorLatch() {
        return (lineControl & LCR_DIVISOR_LATCH) != 0;
    }

    private boolean loopback() {
        return (modemControl & MCR_LOOPBACK) != 0;
    }

    private boolean listens() {
        return (interruptEnable & IER_RECEIVED) != 0 || idlePolls == POLLS_TO_LISTEN;
    }

    private int fifoDepth() {
        return fifosEnabled ? FIFO_BYTES : 1;
    }

    private int takeReceived() {
        if (fifo.isEmpty()) {
            return 0;
        }
        int value = fifo.take();
        update();
        return value;
    }

    private void transmit(int value) {
        if (!loopback()) {
            events.accept(new DeviceEvent.ConsoleOutput(clock.steps(), CONSOLE, new byte[] {(byte) value}));
        } else {
            receiveLooped(value);
        }
        transmitterNews = true;
    }

    private void receiveLooped(int value) {
        boolean full = fifo.size() == fifoDepth();
        overrun |= full;
        if (full && !fifosEnabled) {
            // "Line Status Register", overrun: without FIFOs the new character takes the place of the unread one.
            fifo.clear();
        }
        if (fifo.size() < fifoDepth()) {
            fifo.add(value);
        }
    }

    private void enableInterrupts(int newEnable) {
        // An empty transmitter interrupts as soon as that is enabled, not only when it becomes empty: drivers start
        // to send by enabling the interrupt, and Linux tests for it.
        if ((newEnable & ~interruptEnable & IER_TRANSMITTER) != 0) {
            transmitterNews = true;
        }
        interruptEnable = newEnable;
    }

    private void controlFifos(int bits) {
        boolean enable = (bits & FCR_ENABLE) != 0;
        // "FIFO Control Register": changing the mode clears the FIFOs; the other bits count only together with bit 0.
        if (enable != fifosEnabled || enable && (bits & FCR_CLEAR_RECEIVER) != 0) {
            fifo.clear();
        }
        fifosEnabled = enable;
        triggerIndex = enable ? bits >> 6 : 0;
    }

    private void controlModem(int newControl) {
        int before = modemLines();
        modemControl = newControl;
        int after = modemLines();
        int changed = (before ^ after) & (MSR_CTS | MSR_DSR | MSR_DCD);
        modemDelta |= changed >> 4;
        if ((before & ~after & MSR_RI) != 0) {
            modemDelta |= MSR_RI_ENDED;
        }
    }

    /** The modem's lines: a peer that is always ready, or in loopback the port's own outputs. */
    private int modemLines() {
        if (!loopback()) {
            return MSR_CTS | MSR_DSR | MSR_DCD;
        }
        return ((modemControl & MCR_RTS) != 0 ? MSR_CTS : 0)
                | ((modemControl & MCR_DTR) != 0 ? MSR_DSR : 0)
                | ((modemControl & MCR_OUT1) != 0 ? MSR_RI : 0)
                | ((modemControl & MCR_OUT2) != 0 ? MSR_DCD : 0);
    }

    private int readLineStatus() {
        int status = LSR_TRANSMITTER_EMPTY | (overrun ? LSR_OVERRUN : 0);
        if (!fifo.isEmpty()) {
            status |= LSR_DATA_READY;
        } else if (idlePolls < POLLS_TO_LISTEN) {
            idlePolls++;
        }
        overrun = false;
        update();
        return status;
    }

    private int readModemStatus() {
        int status = modemLines() | modemDelta;
        modemDelta = 0;
        update();
        return status;
    }

    private int identifyInterrupt() {
        int source = interruptSource();
        if (source == IIR_TRANSMITTER) {
            transmitterNews = false;
            update();
        }
        return source | (fifosEnabled ? IIR_FIFOS : 0);
    }

    /** "Interrupt Identification Register": the pending interrupt of the highest priority. */
    private int interruptSource() {
        if (overrun && (interruptEnable & IER_LINE_STATUS) != 0) {
            return IIR_LINE_STATUS;
        }
        if (!fifo.isEmpty() && (interruptEnable & IER_RECEIVED) != 0) {
            // Below the trigger level the timeout of four character times counts: without baud timing, zero.
            return fifosEnabled && fifo.size() < TRIGGER_BYTES[triggerIndex] ? IIR_TIMEOUT : IIR_RECEIVED;
        }
        if (transmitterNews && (interruptEnable & IER_TRANSMITTER) != 0) {
            return IIR_TRANSMITTER;
        }
        if (modemDelta != 0 && (interruptEnable & IER_MODEM_STATUS) != 0) {
            return IIR_MODEM_STATUS;
        }
        return IIR_NONE;
    }

    /** Lets bytes in from the line as far as they may, and drives the interrupt. */
    private void update() {
        if (listens() && !loopback()) {
            while (fifo.size() < fifoDepth() && !line.isEmpty()) {
                fifo.add(line.take());
            }
        }
        irq.set(interruptSource() != IIR_NONE);
    }

    @Override
    public void save(StateWriter out) {
        line.save(out);
        fifo.save(out);
        out.putByte(interruptEnable);
        out.putByte(lineControl);
        out.putByte(modemControl);
        out.putByte(scratch);
        out.putByte(divisorLow);
        out.putByte(divisorHigh);
        out.putByte(modemDelta);
        out.putByte(triggerIndex);
        out.putBoolean(fifosEnabled);
        out.putBoolean(overrun);
        out.putBoolean(transmitterNews);
        out.putByte(idlePolls);
    }

    @Override
    public void load(StateReader in) {
        line.load(in);
        fifo.load(in);
        interruptEnable = in.getByte() & IER_BITS;
        lineControl = in.getByte();
        modemControl = in.getByte() & MCR_BITS;
        scratch = in.getByte();
        divisorLow = in.getByte();
        divisorHigh = in.getByte();
        modemDelta = in.getByte() & 0x0F;
        triggerIndex = in.getByte() & 3;
        fifosEnabled = in.getBoolean();
        overrun = in.getBoolean();
        transmitterNews = in.getBoolean();
        idlePolls = Math.min(in.getByte(), POLLS_TO_LISTEN);
    }
}

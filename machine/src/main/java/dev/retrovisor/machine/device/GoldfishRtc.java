package dev.retrovisor.machine.device;

import dev.retrovisor.machine.state.StateReader;
import dev.retrovisor.machine.state.StateWriter;
import dev.retrovisor.machine.time.Alarms;
import dev.retrovisor.machine.time.Clock;

/**
 * Goldfish real-time clock (Android's "Goldfish virtual hardware", "Goldfish timer"): nanoseconds since 1970 and one
 * alarm. The clock runs on virtual time from where {@link #setWallClock} or the guest set it; it starts at 0. Registers
 * take accesses of four bytes.
 */
public final class GoldfishRtc implements MmioDevice {
    /** Length of the register window. */
    public static final long WINDOW_BYTES = 0x1000;

    private static final int TIME_LOW = 0x00;
    private static final int TIME_HIGH = 0x04;
    private static final int ALARM_LOW = 0x08;
    private static final int ALARM_HIGH = 0x0C;
    private static final int IRQ_ENABLED = 0x10;
    private static final int CLEAR_ALARM = 0x14;
    private static final int ALARM_STATUS = 0x18;
    private static final int CLEAR_INTERRUPT = 0x1C;

    private final Clock clock;
    private final IrqLine irq;
    private final Alarms.Alarm alarm;

    /** Wall clock at virtual time 0. */
    private long offsetNanos;

    private int latchedHigh;
    private long alarmEpochNanos;
    private boolean alarmRunning;
    private boolean irqEnabled;
    private boolean irqPending;

    /** Makes one alarm. */
    public GoldfishRtc(Clock clock, Alarms alarms, IrqLine irq) {
        this.clock = clock;
        this.irq = irq;
        this.alarm = alarms.create(this::checkAlarm);
    }

    @Override
    public String name() {
        return "rtc";
    }

    /** Applies the host's clock as read at this moment. */
    public void setWallClock(long epochNanos) {
        offsetNanos = epochNanos - clock.virtualNanos();
        checkAlarm();
    }

    /** What the clock shows, in nanoseconds since 1970. */
    public long epochNanos() {
        return clock.virtualNanos() + offsetNanos;
    }

    @Override
    public long read(long offset, int sizeBytes) {
        if (sizeBytes != Integer.BYTES || offset < 0 || offset > CLEAR_INTERRUPT) {
            return 0;
        }
        return switch ((int) offset) {
            case TIME_LOW -> {
                long now = epochNanos();
                latchedHigh = (int) (now >>> 32);
                yield now & 0xFFFF_FFFFL;
            }
            case TIME_HIGH -> latchedHigh & 0xFFFF_FFFFL;
            case ALARM_LOW -> alarmEpochNanos & 0xFFFF_FFFFL;
            case ALARM_HIGH -> alarmEpochNanos >>> 32;
            case IRQ_ENABLED -> irqEnabled ? 1 : 0;
            case ALARM_STATUS -> alarmRunning ? 1 : 0;
            default -> 0;
        };
    }

    @Override
    public void write(long offset, int sizeBytes, long value) {
        if (sizeBytes != Integer.BYTES || offset < 0 || offset > CLEAR_INTERRUPT) {
            return;
        }
        switch ((int) offset) {
            case TIME_LOW -> setWallClock(withLow(epochNanos(), value));
            case TIME_HIGH -> setWallClock(withHigh(epochNanos(), value));
            case ALARM_LOW -> {
                // The low half comes last and arms.
                alarmEpochNanos = withLow(alarmEpochNanos, value);
                alarmRunning = true;
                checkAlarm();
            }
            case ALARM_HIGH -> alarmEpochNanos = withHigh(alarmEpochNanos, value);
            case IRQ_ENABLED -> irqEnabled = (value & 1) != 0;
            case CLEAR_ALARM -> {
                alarmRunning = false;
                alarm.cancel();
            }
            case CLEAR_INTERRUPT -> irqPending = false;
            default -> {} // read-only or nothing there
        }
        driveIrq();
    }

    /** Back to power-on, except for the time: a clock like this runs on a battery. */
    @Override
    public void reset() {
        latchedHigh = 0;
        alarmEpochNanos = 0;
        alarmRunning = false;
        irqEnabled = false;
        irqPending = false;
        alarm.cancel();
        driveIrq();
    }

    /** Lets a running alarm go off if it is time, or sets it to when it will be. */
    private void checkAlarm() {
        if (!alarmRunning) {
            return;
        }
        long now = epochNanos();
        if (Long.compareUnsigned(now, alarmEpochNanos) >= 0) {
            alarmRunning = false;
            irqPending = true;
            alarm.cancel();
            driveIrq();
        } else {
            long distanceNanos = alarmEpochNanos - now;
            long virtualNanos = clock.virtualNanos();
            boolean beyond = Long.compareUnsigned(distanceNanos, Alarms.NEVER - virtualNanos) >= 0;
            alarm.setAt(beyond ? Alarms.NEVER : virtualNanos + distanceNanos);
        }
    }

    private void driveIrq() {
        irq.set(irqPending && irqEnabled);
    }

    private static long withLow(long register, long value) {
        return register & ~0xFFFF_FFFFL | value & 0xFFFF_FFFFL;
    }

    private static long withHigh(long register, long value) {
        return register & 0xFFFF_FFFFL | value << 32;
    }

    @Override
    public void save(StateWriter out) {
        out.putLong(offsetNanos);
        out.putInt(latchedHigh);
        out.putLong(alarmEpochNanos);
        out.putBoolean(alarmRunning);
        out.putBoolean(irqEnabled);
        out.putBoolean(irqPending);
    }

    @Override
    public void load(StateReader in) {
        offsetNanos = in.getLong();
        latchedHigh = in.getInt();
        alarmEpochNanos = in.getLong();
        alarmRunning = in.getBoolean();
        irqEnabled = in.getBoolean();
        irqPending = in.getBoolean();
    }
}

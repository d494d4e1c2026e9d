package dev.retrovisor.machine.device;

import dev.retrovisor.machine.state.StateReader;
import dev.retrovisor.machine.state.StateWriter;
import dev.retrovisor.machine.time.Alarms;
import dev.retrovisor.machine.time.Clock;
import java.util.Arrays;

/**
 * Machine timer and software interrupts ("RISC-V Advanced Core Local Interruptor Specification", 1.0-rc4) in the layout
 * of SiFive's CLINT: MSIP registers from 0x0, MTIMECMP from 0x4000, MTIME at 0xBFF8.
 *
 * <p>{@code mtime} counts {@value Clock#NANOS_PER_TICK} ns of virtual time a tick; a guest's write shifts it. All
 * comparisons are unsigned, and {@code mtime} wraps.
 */
public final class Aclint implements MmioDevice {
    /** Length of the register window. */
    public static final long WINDOW_BYTES = 0x1_0000;

    private static final long MTIMECMP_OFFSET = 0x4000;
    private static final long MTIME_OFFSET = 0xBFF8;
    private static final long END_OFFSET = 0xC000;

    private final int harts;
    private final Clock clock;
    private final HartPins pins;
    private final Runnable mtimeWritten;
    private final Alarms.Alarm[] timers;

    private final long[] timeCompare;
    private final boolean[] softwareInterrupts;
    /** {@code mtime} at virtual time 0, in ticks. */
    private long offsetTicks;

    /**
     * Makes one alarm for each hart.
     *
     * @param mtimeWritten called after the guest has set {@code mtime}: deadlines taken from {@link #nanosAtTick} are
     *     void then
     */
    public Aclint(int harts, Clock clock, Alarms alarms, HartPins pins, Runnable mtimeWritten) {
        this.harts = harts;
        this.clock = clock;
        this.pins = pins;
        this.mtimeWritten = mtimeWritten;
        this.timers = new Alarms.Alarm[harts];
        this.timeCompare = new long[harts];
        this.softwareInterrupts = new boolean[harts];
        for (int hart = 0; hart < harts; hart++) {
            int owner = hart;
            timers[hart] = alarms.create(() -> updateTimer(owner));
        }
        Arrays.fill(timeCompare, -1);
    }

    @Override
    public String name() {
        return "aclint";
    }

    /** The machine's time counter, in ticks; the {@code time} CSR shows it too. */
    public long mtime() {
        return clock.virtualNanos() / Clock.NANOS_PER_TICK + offsetTicks;
    }

    /**
     * The least virtual time, not before now, at which {@code mtime} is {@code tick} or above (unsigned); {@link
     * Alarms#NEVER} if that is beyond the end of virtual time.
     */
    public long nanosAtTick(long tick) {
        long now = mtime();
        return Long.compareUnsigned(now, tick) >= 0 ? clock.virtualNanos() : nanosInTicks(tick - now);
    }

    @Override
    public long read(long offset, int sizeBytes) {
        if (!takes(offset, sizeBytes)) {
            return 0;
        }
        if (offset >= MTIME_OFFSET) {
            return part(mtime(), offset, sizeBytes);
        }
        if (offset >= MTIMECMP_OFFSET) {
            int hart = (int) (offset - MTIMECMP_OFFSET >> 3);
            return hart < harts ? part(timeCompare[hart], offset, sizeBytes) : 0;
        }
        int hart = (int) (offset >> 2);
        return sizeBytes == Integer.BYTES && hart < harts && softwareInterrupts[hart] ? 1 : 0;
    }

    @Override
    public void write(long offset, int sizeBytes, long value) {
        if (!takes(offset, sizeBytes)) {
            return;
        }
        if (offset >= MTIME_OFFSET) {
            offsetTicks += merge(mtime(), offset, sizeBytes, value) - mtime();
            updateTimers();
            mtimeWritten.run();
        } else if (offset >= MTIMECMP_OFFSET) {
            int hart = (int) (offset - MTIMECMP_OFFSET >> 3);
            if (hart < harts) {
                timeCompare[hart] = merge(timeCompare[hart], offset, sizeBytes, value);
                updateTimer(hart);
            }
        } else if (sizeBytes == Integer.BYTES) {
            int hart = (int) (offset >> 2);
            if (hart < harts) {
                softwareInterrupts[hart] = (value & 1) != 0;
                pins.set(hart, HartPins.MSIP, softwareInterrupts[hart]);
            }
        }
    }

    /** Back to power-on: {@code mtime} starts from 0, and every timer is set to the end of time. */
    @Override
    public void reset() {
        offsetTicks = -(clock.virtualNanos() / Clock.NANOS_PER_TICK);
        Arrays.fill(timeCompare, -1);
        Arrays.fill(softwareInterrupts, false);
        for (int hart = 0; hart < harts; hart++) {
            pins.set(hart, HartPins.MSIP, false);
        }
        updateTimers();
        mtimeWritten.run();
    }

    /** Registers end with {@code mtime}: MSIP takes 4 bytes, the others take 4 or 8. */
    private static boolean takes(long offset, int sizeBytes) {
        return (sizeBytes == Integer.BYTES || sizeBytes == Long.BYTES) && offset >= 0 && offset < END_OFFSET;
    }

    private void updateTimers() {
        for (int hart = 0; hart < harts; hart++) {
            updateTimer(hart);
        }
    }

    /** Drives a hart's timer interrupt and sets its alarm to the next moment at which that may change. */
    private void updateTimer(int hart) {
        long now = mtime();
        boolean reached = Long.compareUnsigned(now, timeCompare[hart]) >= 0;
        pins.set(hart, HartPins.MTIP, reached);
        // Once reached, the level falls when mtime wraps to 0, which only a guest that writes mtime lives to see.
        timers[hart].setAt(nanosInTicks(reached ? -now : timeCompare[hart] - now));
    }

    /** Virtual time at which the tick begins that is {@code ticks} (unsigned) after the present one; 0 is 2^64. */
    private long nanosInTicks(long ticks) {
        long virtualTicks = clock.virtualNanos() / Clock.NANOS_PER_TICK;
        long lastTick = (Alarms.NEVER - 1) / Clock.NANOS_PER_TICK;
        if (ticks == 0 || Long.compareUnsigned(ticks, lastTick - virtualTicks) > 0) {
            return Alarms.NEVER;
        }
        return (virtualTicks + ticks) * Clock.NANOS_PER_TICK;
    }

    private static long part(long register, long offset, int sizeBytes) {
        if (sizeBytes == Long.BYTES) {
            return register;
        }
        return (offset & 4) == 0 ? register & 0xFFFF_FFFFL : register >>> 32;
    }

    private static long merge(long register, long offset, int sizeBytes, long value) {
        if (sizeBytes == Long.BYTES) {
            return value;
        }
        return (offset & 4) == 0
                ? register & ~0xFFFF_FFFFL | value & 0xFFFF_FFFFL
                : register & 0xFFFF_FFFFL | value << 32;
    }

    @Override
    public void save(StateWriter out) {
        out.putLong(offsetTicks);
        for (int hart = 0; hart < harts; hart++) {
            out.putLong(timeCompare[hart]);
            out.putBoolean(softwareInterrupts[hart]);
        }
    }

    @Override
    public void load(StateReader in) {
        offsetTicks = in.getLong();
        for (int hart = 0; hart < harts; hart++) {
            timeCompare[hart] = in.getLong();
            softwareInterrupts[hart] = in.getBoolean();
        }
    }
}

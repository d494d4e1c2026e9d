package dev.retrovisor.recorder;

import dev.retrovisor.machine.Course;
import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.board.StopReason;
import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.event.InputEvent;
import dev.retrovisor.machine.event.InputEvents;
import dev.retrovisor.machine.time.Alarms;
import dev.retrovisor.recorder.RunOptions.Pacing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * The loop of one live machine: takes what has come in, lets the machine make a stretch of steps, waits if it idles.
 * Made by {@link LiveMachine}. All methods but {@link #stop} and those of the listener are for the machine's thread.
 */
final class LiveRun implements HostConsole.Listener {
    private static final int SEED_BYTES = 32;
    private static final int MOST_CONSOLE_BYTES = 256;
    private static final int MOST_FRAMES = 64;

    /** Virtual time that a fast machine skips at most before we look at the outside again. */
    private static final long FAST_IDLE_NANOS = 100_000_000;

    private static final long LONGEST_WAIT_NANOS = 1_000_000_000;

    /** Before a wait of this length everything is made durable; shorter ones come back to the journal in time. */
    private static final long LONG_WAIT_NANOS = 20_000_000;

    private static final long NOWHERE = -1;

    /** Why a run is to end. */
    record Stop(StopCause cause, String detail) {}

    private final VmSetup setup;
    private final RunOptions options;
    private final Machine machine;
    private final Journal journal;
    private final HostConsole console;
    private final Networks networks;
    private final MachineObserver observer;
    private final Course course;
    private final StretchLength stretch = new StretchLength();
    private final WallPace clock;
    private final QuietWatch quiet;
    private final Script.Reading script;
    private final Thread thread = Thread.currentThread();
    private final long startNanos = System.nanoTime();
    private final long deadlineNanos;
    private final AtomicReference<Stop> wanted = new AtomicReference<>();
    private final AtomicReference<TerminalMode.Size> resized = new AtomicReference<>();
    private final AtomicBoolean told = new AtomicBoolean();
    private IOException outputFailure;
    private long lookedAtStep = NOWHERE;
    private long lookedAtNanos = NOWHERE;
    private int restarts;

    LiveRun(
            VmSetup setup,
            RunOptions options,
            Machine machine,
            Journal journal,
            HostConsole console,
            Networks networks,
            MachineObserver observer) {
        this.setup = setup;
        this.options = options;
        this.machine = machine;
        this.journal = journal;
        this.console = console;
        this.networks = networks;
        this.observer = observer;
        course = new Course(machine);
        clock = new WallPace(startNanos, machine.virtualNanos());
        quiet = new QuietWatch(options.quietLimit().toNanos(), machine.steps(), machine.virtualNanos());
        script = new Script.Reading(setup.start().map(LiveStart::script).orElse(Script.EMPTY));
        deadlineNanos = options.timeout()
                .map(limit -> startNanos + Math.min(limit.toNanos(), Long.MAX_VALUE / 4))
                .orElse(startNanos + Long.MAX_VALUE / 2);
    }

    /** Ends the run soon, from any thread; the first cause given counts. */
    void stop(StopCause cause, String detail) {
        wanted.compareAndSet(null, new Stop(cause, detail));
        wake();
    }

    @Override
    public void inputArrived() {
        wake();
    }

    @Override
    public void leave() {
        stop(StopCause.LEFT, "");
    }

    @Override
    public void resized(int columns, int rows) {
        resized.set(new TerminalMode.Size(columns, rows));
        wake();
    }

    void wake() {
        told.set(true);
        LockSupport.unpark(thread);
    }

    long startNanos() {
        return startNanos;
    }

    int restarts() {
        return restarts;
    }

    /** Takes what leaves the machine. */
    void left(DeviceEvent event) {
        journal.append(event);
        switch (event) {
            case DeviceEvent.ConsoleOutput(long _, int number, byte[] bytes) -> {
                if (number == setup.console()) {
                    show(bytes);
                }
            }
            case DeviceEvent.FrameSent(long _, int nic, byte[] frame) -> networks.send(nic, frame);
            case DeviceEvent.DiskWrite _, DeviceEvent.Power _ -> {}
        }
    }

    private void show(byte[] bytes) {
        try {
            console.write(bytes);
        } catch (IOException e) {
            outputFailure = e;
        }
    }

    /** Runs the machine from its start to the end of the run. */
    Stop run() {
        try {
            Stop stop = loop(begin());
            flushConsole();
            return stop;
        } catch (UncheckedIOException e) {
            // A disk image or an overlay: the machine stands in the middle of a step and can't go on.
            return new Stop(StopCause.HOST_FAILED, String.valueOf(e.getMessage()));
        }
    }

    /** Comes to the start's moment and applies what comes in at it. */
    private StopReason begin() {
        long step = machine.steps();
        long virtualNanos = machine.virtualNanos();
        StopReason reason = course.advance(step, virtualNanos);
        if (setup.start().map(LiveStart::isReseeded).orElse(true)) {
            enter(new InputEvent.WallClock(step, virtualNanos, epochNanos()));
            enter(new InputEvent.EntropySeed(step, virtualNanos, freshSeed()));
        }
        setup.start().map(LiveStart::changes).orElse(List.of()).forEach(this::enter);
        return reason;
    }

    private Stop loop(StopReason begun) {
        StopReason reason = begun;
        while (true) {
            Stop stop = stopFor(reason);
            if (stop != null) {
                return stop;
            }
            // Before a restart nothing is fed: the guest would lose it.
            boolean mustGoOn = reason == StopReason.RESET || (journal.hashedHere() || isLookedAtHere()) && hasInput();
            if (!mustGoOn) {
                feed();
            }
            journal.tick();
            look();
            reason = mustGoOn ? course.advance(machine.steps() + 1, machine.virtualNanos() + 1) : stretch();
            script.stopped(reason, machine.steps(), machine.virtualNanos());
            flushConsole();
        }
    }

    private void look() {
        if (observer.appointment().isReached(machine)) {
            lookedAtStep = machine.steps();
            lookedAtNanos = machine.virtualNanos();
        }
        observer.paused(machine);
    }

    /** Whether an observer came for this very moment: it has seen all inputs of it, so no other may be applied at it. */
    private boolean isLookedAtHere() {
        return lookedAtStep == machine.steps() && lookedAtNanos == machine.virtualNanos();
    }

    /** Why the run ends here, or null. */
    private Stop stopFor(StopReason reason) {
        if (journal.full() != null) {
            return new Stop(StopCause.TRACE_FULL, String.valueOf(journal.full().getMessage()));
        }
        if (wanted.get() != null) {
            return wanted.get();
        }
        if (outputFailure != null) {
            return new Stop(StopCause.OUTPUT_CLOSED, String.valueOf(outputFailure.getMessage()));
        }
        switch (reason) {
            case POWER_OFF -> {
                return new Stop(StopCause.POWER_OFF, "");
            }
            case POWER_OFF_FAILED -> {
                return new Stop(StopCause.POWER_OFF_FAILED, "");
            }
            case RESET -> {
                if (options.noReboot()) {
                    return new Stop(StopCause.RESET, "");
                }
                restarts++;
            }
            case STEP_LIMIT, IDLE, PROBE -> {}
        }
        if (script.isOver()) {
            return new Stop(StopCause.MOMENT_REACHED, "");
        }
        if (machine.steps() >= options.maxSteps()) {
            return new Stop(StopCause.STEP_LIMIT, "%,d steps are made".formatted(options.maxSteps()));
        }
        if (System.nanoTime() >= deadlineNanos) {
            return new Stop(StopCause.TIMEOUT, options.timeout().orElseThrow().toSeconds() + " seconds have passed");
        }
        return null;
    }

    /** Lets the machine go on for a while, and waits if it idles and may not skip that. */
    private StopReason stretch() {
        boolean paced = isPaced();
        long now = System.nanoTime();
        long virtualNanos = machine.virtualNanos();
        long steps = machine.steps();
        MachineObserver.Appointment next = observer.appointment();
        // A step takes a nanosecond: no more of them than there are nanoseconds left to the appointment.
        long most = Math.min(stretch.steps(), ahead(next.virtualNanos(), virtualNanos));
        long limit = Math.min(options.maxSteps(), steps + Math.min(most, ahead(next.step(), steps)));
        limit = Math.max(steps, Math.min(limit, script.stepLimit(steps, virtualNanos)));
        long idleEnd = next.virtualNanos() > virtualNanos ? next.virtualNanos() : Long.MAX_VALUE;
        idleEnd = Math.min(idleEnd, script.idleLimitNanos());
        long idle = paced ? clock.idleLimitNanos(now) : virtualNanos + FAST_IDLE_NANOS;
        StopReason reason = course.advance(limit, Math.min(idle, idleEnd));
        if (machine.steps() > steps) {
            clock.wasBusy(machine.virtualNanos(), System.nanoTime());
        }
        if (reason == StopReason.STEP_LIMIT) {
            stretch.took(machine.steps() - steps, System.nanoTime() - now);
        } else if (reason == StopReason.IDLE) {
            idle(paced);
        }
        if (!paced && options.pacing() == Pacing.AUTO && !script.hasMore() && isQuietTooLong()) {
            stop(
                    StopCause.INPUT_ENDED,
                    "input has ended, and the guest has waited for %d s of its time without a sign"
                            .formatted(options.quietLimit().toSeconds()));
        }
        return reason;
    }

    /** How far away a moment is; one that is here or behind us is as if it were not. */
    private static long ahead(long moment, long here) {
        return moment > here ? moment - here : Long.MAX_VALUE;
    }

    private boolean isQuietTooLong() {
        return quiet.quietTooLong(machine.steps(), machine.virtualNanos(), journal.inputs() + journal.deviceEvents());
    }

    private boolean isPaced() {
        return switch (options.pacing()) {
            case AUTO -> mayBeFedFromOutside();
            case PACED -> true;
            case FAST -> false;
        };
    }

    private boolean mayBeFedFromOutside() {
        return networks.count() > 0 || !console.inputEnded();
    }

    /** Every hart waits. */
    private void idle(boolean paced) {
        long alarm = machine.nextAlarmNanos();
        if (alarm == Alarms.NEVER && !mayBeFedFromOutside() && !script.hasMore() && !hasInput()) {
            stop(StopCause.NOTHING_TO_WAIT_FOR, "every hart waits, and nothing is left that could wake one");
            return;
        }
        if (!paced && (alarm != Alarms.NEVER || script.hasMore())) {
            return;
        }
        clock.idles(machine.virtualNanos(), System.nanoTime());
        if (told.getAndSet(false) || hasInput()) {
            return;
        }
        flushConsole();
        long now = System.nanoTime();
        long wait = Math.min(LONGEST_WAIT_NANOS, deadlineNanos - now);
        long next = Math.min(alarm, script.idleLimitNanos());
        if (next != Alarms.NEVER) {
            wait = Math.min(wait, next - clock.idleLimitNanos(now));
        }
        if (wait >= LONG_WAIT_NANOS) {
            journal.flush();
        }
        if (wait > 0) {
            LockSupport.parkNanos(this, wait);
        }
    }

    private boolean hasInput() {
        return script.hasDueInput()
                || console.available() > 0 && machine.consoleRoom(setup.console()) > 0
                || hasResize()
                || networks.hasFrame(machine);
    }

    private boolean hasResize() {
        return setup.config().virtioConsole() && resized.get() != null;
    }

    /** Applies what has come in and the guest has room for. */
    private void feed() {
        long step = machine.steps();
        long virtualNanos = machine.virtualNanos();
        for (InputEvent event = script.take(); event != null; event = script.take()) {
            enter(InputEvents.at(event, step, virtualNanos));
        }
        if (hasResize()) {
            TerminalMode.Size size = resized.getAndSet(null);
            enter(new InputEvent.ConsoleResize(step, virtualNanos, setup.console(), size.columns(), size.rows()));
        }
        if (console.available() > 0) {
            int room = Math.min(machine.consoleRoom(setup.console()), MOST_CONSOLE_BYTES);
            byte[] bytes = room > 0 ? console.read(room) : new byte[0];
            if (bytes.length > 0) {
                enter(new InputEvent.ConsoleInput(step, virtualNanos, setup.console(), bytes));
            }
        }
        for (int nic = 0; nic < networks.count(); nic++) {
            for (int i = 0; i < MOST_FRAMES; i++) {
                byte[] frame = networks.take(machine, nic);
                if (frame == null) {
                    break;
                }
                enter(new InputEvent.FrameArrival(step, virtualNanos, nic, frame));
            }
        }
    }

    /** Written down first, then applied. */
    private void enter(InputEvent event) {
        journal.append(event);
        machine.apply(event);
    }

    private void flushConsole() {
        try {
            console.flush();
        } catch (IOException e) {
            outputFailure = e;
        }
    }

    private static byte[] freshSeed() {
        var seed = new byte[SEED_BYTES];
        new SecureRandom().nextBytes(seed);
        return seed;
    }

    private static long epochNanos() {
        Instant now = Instant.now();
        return Math.addExact(Math.multiplyExact(now.getEpochSecond(), 1_000_000_000L), now.getNano());
    }
}

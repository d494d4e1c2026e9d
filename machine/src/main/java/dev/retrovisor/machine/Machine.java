package dev.retrovisor.machine;

import dev.retrovisor.machine.board.Board;
import dev.retrovisor.machine.board.BootImages;
import dev.retrovisor.machine.board.BootLoader;
import dev.retrovisor.machine.board.DiskBacking;
import dev.retrovisor.machine.board.MachineConfig;
import dev.retrovisor.machine.board.StopReason;
import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.event.DeviceEventSink;
import dev.retrovisor.machine.event.InputEvent;
import dev.retrovisor.machine.hart.Hart;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.hart.Timebase;
import dev.retrovisor.machine.hart.Translations;
import dev.retrovisor.machine.hart.Trap;
import dev.retrovisor.machine.memory.Ram;
import dev.retrovisor.machine.probe.Probes;
import dev.retrovisor.machine.sbi.Sbi;
import dev.retrovisor.machine.state.PageSpace;
import dev.retrovisor.machine.state.StateReader;
import dev.retrovisor.machine.state.StateSource;
import dev.retrovisor.machine.state.StateWriter;
import dev.retrovisor.machine.state.Stateful;
import dev.retrovisor.machine.state.Xxh64;
import dev.retrovisor.machine.time.Alarms;
import dev.retrovisor.machine.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * The whole computer. Its state at a position is a pure function of its configuration, boot images, disks and the inputs
 * applied so far; where a caller stops it in between, and how often, never shows.
 *
 * <p>Not safe for use by several threads at once.
 */
public sealed class Machine implements StateSource, AutoCloseable permits Lockstep {
    /**
     * Number of the machine's behaviour, from 1. Every change that a guest can notice raises it: in instructions, devices,
     * timing and scheduling, memory layout, device tree, built-in firmware; and every change of the state's sections or
     * hashes. A trace replays only on the model that made it.
     */
    public static final int MODEL = 1;

    private final Clock clock = new Clock();
    private final Alarms alarms = new Alarms();
    private final Ram ram;
    private final Board board;
    private final BootLoader loader;
    private final Sbi sbi;
    private final Probes probes;
    private final Translations translations;
    private final List<Hart> harts = new ArrayList<>();
    private final Scheduler scheduler;
    private final Engines.Made engine;
    private final StateWriter hashed = new StateWriter();
    private final PowerState power = new PowerState();
    private final Pokes pokes;

    /**
     * A machine at power-on, about to run its first instruction.
     *
     * @param disks what lies under each drive of the configuration
     * @param events takes what leaves the machine
     * @param choice the engine to run on, if the host can have it
     * @throws IllegalArgumentException if an image is none, or memory is too small
     */
    public static Machine of(
            MachineConfig config,
            BootImages images,
            List<DiskBacking> disks,
            DeviceEventSink events,
            EngineChoice choice) {
        return of(config, images, disks, events, choice, Engines::make);
    }

    static Machine of(
            MachineConfig config,
            BootImages images,
            List<DiskBacking> disks,
            DeviceEventSink events,
            EngineChoice choice,
            Engines.Maker maker) {
        if (choice == EngineChoice.LOCKSTEP) {
            var pair = new Lockstep(config, images, disks, events, maker);
            if (pair.engineNotice().isEmpty()) {
                return pair;
            }
            // There is one engine only on this host: nothing to compare.
            pair.close();
        }
        return new Machine(config, images, disks, events, choice, maker);
    }

    Machine(
            MachineConfig config,
            BootImages images,
            List<DiskBacking> disks,
            DeviceEventSink events,
            EngineChoice choice,
            Engines.Maker maker) {
        loader = new BootLoader(config, images);
        ram = new Ram(config.memoryBytes());
        probes = new Probes(clock, ram);
        translations = new Translations(ram, probes);
        board = new Board(
                config,
                disks,
                clock,
                alarms,
                ram,
                (hart, mipBit, asserted) -> harts.get(hart).setPin(mipBit, asserted),
                () -> harts.forEach(Hart::updateTimer),
                this::requestPower,
                events);
        for (int i = 0; i < config.harts(); i++) {
            harts.add(new Hart(i, config.paging().satpMode(), ram, board.bus(), timebase(), alarms, translations));
        }
        scheduler = new Scheduler(harts, config.quantumSteps());
        pokes = new Pokes(ram, harts);
        engine = maker.make(choice, harts, ram, clock, translations);
        sbi = new Sbi(harts, clock, ram, config.hardwareDirtyBits(), events, this::requestPower);
        powerOn();
    }

    private Timebase timebase() {
        return new Timebase() {
            @Override
            public long virtualNanos() {
                return clock.virtualNanos();
            }

            @Override
            public long mtime() {
                return board.aclint().mtime();
            }

            @Override
            public long nanosAtTick(long tick) {
                return board.aclint().nanosAtTick(tick);
            }
        };
    }

    private void powerOn() {
        probes.setSilent(true);
        loader.load(ram);
        if (loader.hasFirmware()) {
            loader.startFirmware(harts);
        } else {
            loader.startKernel(harts.getFirst());
            sbi.install();
        }
        probes.setSilent(false);
    }

    private void requestPower(DeviceEvent.Power.Change change) {
        power.request(change);
        harts.forEach(Hart::requestStop);
    }

    /** Restarts after {@link StopReason#RESET}, or at any time: all but the disks and the clock begins anew. */
    public void reset() {
        ram.clearPages();
        board.reset();
        harts.forEach(Hart::reset);
        scheduler.reset();
        power.clear();
        powerOn();
    }

    /**
     * Runs until {@code steps() == stepLimit} and, if every hart waits then, on to {@code idleLimitNanos}; less if power
     * is switched, a probe asks for a stop, or every hart waits before and nothing happens by itself until {@code
     * idleLimitNanos}.
     *
     * @param stepLimit absolute machine time, not a distance; at least {@link #steps()}
     * @param idleLimitNanos virtual time to which waiting is skipped at most; {@code Alarms.NEVER} for no limit
     */
    public StopReason runTo(long stepLimit, long idleLimitNanos) {
        while (true) {
            if (power.isSwitched()) {
                return power.reason();
            }
            alarms.fireUntil(clock.virtualNanos());
            Hart hart = scheduler.pick(clock.steps());
            if (probes.takeStop()) {
                return StopReason.PROBE;
            }
            if (hart == null) {
                if (!skipIdle(idleLimitNanos)) {
                    return StopReason.IDLE;
                }
            } else if (clock.steps() >= stepLimit) {
                return StopReason.STEP_LIMIT;
            } else {
                run(hart, stepLimit);
            }
        }
    }

    private void run(Hart hart, long stepLimit) {
        long untilAlarm = (alarms.nextNanos() - clock.virtualNanos() + Clock.NANOS_PER_STEP - 1) / Clock.NANOS_PER_STEP;
        long untilLimit = Math.min(stepLimit, scheduler.quantumEnd()) - clock.steps();
        hart.takeRequests();
        engine.engine().run(hart.index(), Math.min(untilAlarm, untilLimit));
        long paused = hart.takePause();
        if (hart.takeRequests()) {
            scheduler.endQuantum();
        } else if (paused >= 0) {
            scheduler.beginQuantum(paused);
        }
    }

    /** Skips to the next alarm; false if there is none up to the limit, which is reached then. */
    private boolean skipIdle(long idleLimitNanos) {
        long next = alarms.nextNanos();
        if (next > idleLimitNanos || next == Alarms.NEVER) {
            if (idleLimitNanos != Alarms.NEVER && idleLimitNanos > clock.virtualNanos()) {
                clock.skipTo(idleLimitNanos);
            }
            return false;
        }
        clock.skipTo(next);
        return true;
    }

    /**
     * Applies one input; the machine must stand at its moment.
     *
     * @throws IllegalStateException if it does not
     * @throws IllegalArgumentException if the event changes memory or a register that the machine does not have, or to a
     *     value that the register can't hold; nothing is changed then
     */
    public void apply(InputEvent event) {
        if (event.step() != steps() || event.virtualNanos() != virtualNanos()) {
            throw new IllegalStateException("input for step %d, %d ns: the machine stands at step %d, %d ns"
                    .formatted(event.step(), event.virtualNanos(), steps(), virtualNanos()));
        }
        switch (event) {
            case InputEvent.ConsoleInput(long _, long _, int console, byte[] bytes) -> {
                if (console == Board.VIRTIO_CONSOLE) {
                    board.virtioConsole().receive(bytes);
                } else {
                    board.uart().receive(bytes);
                }
            }
            case InputEvent.ConsoleResize(long _, long _, int console, int columns, int rows) -> {
                if (console == Board.VIRTIO_CONSOLE) {
                    board.virtioConsole().resize(columns, rows);
                }
            }
            case InputEvent.FrameArrival(long _, long _, int nic, byte[] frame) ->
                board.nic(nic).receive(frame);
            case InputEvent.WallClock(long _, long _, long epochNanos) ->
                board.rtc().setWallClock(epochNanos);
            case InputEvent.EntropySeed(long _, long _, byte[] seed) -> board.seedEntropy(seed);
            case InputEvent.Operator(long _, long _, InputEvent.Operator.Action action) -> {
                switch (action) {
                    case POWER_OFF -> power.request(DeviceEvent.Power.Change.OFF);
                    case RESET -> power.request(DeviceEvent.Power.Change.RESET);
                }
            }
            case InputEvent.Poke poke -> pokes.apply(poke);
        }
    }

    /**
     * Does nothing if a change can be made.
     *
     * @throws IllegalArgumentException if {@link #apply} would refuse it
     */
    public void requirePossible(InputEvent.Poke poke) {
        pokes.require(poke);
    }

    @Override
    public long steps() {
        return clock.steps();
    }

    @Override
    public long virtualNanos() {
        return clock.virtualNanos();
    }

    /** Virtual time at which something happens by itself next; {@code Alarms.NEVER} if nothing is due. */
    public long nextAlarmNanos() {
        return alarms.nextNanos();
    }

    /** Bytes of input that the guest would take from a console now; what is beyond that should wait. */
    public int consoleRoom(int console) {
        return console == Board.VIRTIO_CONSOLE
                ? board.virtioConsole().room()
                : board.uart().room();
    }

    /** Frames that a network card would take now. */
    public int frameRoom(int nic) {
        return board.nic(nic).room();
    }

    /** The engine that the machine runs on. */
    public EngineChoice engine() {
        return engine.choice();
    }

    /** Why the machine does not run on the engine that was asked for; empty if it does. */
    public String engineNotice() {
        return engine.notice();
    }

    /** What the engine has done so far, in a fixed order; empty if it keeps no count. */
    public List<Engine.Count> engineStatistics() {
        return engine.engine().statistics();
    }

    /** Hooks into execution; they change nothing that the machine does. */
    public Probes probes() {
        return probes;
    }

    public Ram ram() {
        return ram;
    }

    /** The registers of one hart. */
    public HartState hart(int index) {
        return harts.get(index).state();
    }

    /** What a hart's machine mode would read from a control and status register; changes nothing. */
    public long csr(int hart, int number) {
        return harts.get(hart).csrs().peek(number);
    }

    /** What a hart would fetch at its pc now; empty if that faults. May fill its TLB, which never shows. */
    OptionalInt instructionBits(int hart) {
        try {
            return OptionalInt.of(harts.get(hart).mmu().fetch(hart(hart).pc()));
        } catch (Trap _) {
            return OptionalInt.empty();
        }
    }

    /** The hart that makes the next step if nothing happens before; -1 if every hart waits. */
    public int nextHart() {
        return scheduler.next(clock.steps());
    }

    public int hartCount() {
        return harts.size();
    }

    @Override
    public List<PageSpace> pageSpaces() {
        var spaces = new ArrayList<PageSpace>();
        spaces.add(ram);
        spaces.addAll(board.disks());
        return spaces;
    }

    /** Every part with a section of its own, in the order of the sections. */
    List<Stateful> parts() {
        var parts = new ArrayList<Stateful>(List.of(clock, alarms, scheduler, power));
        parts.addAll(harts);
        parts.addAll(board.parts());
        return parts;
    }

    @Override
    public void save(StateWriter out) {
        parts().forEach(out::section);
    }

    /**
     * Takes over what {@link #save} wrote, once the page spaces hold the pages that belong to it. What was made of the code in
     * pages that stayed as they were is kept.
     */
    public void load(StateReader in) {
        parts().forEach(in::section);
        translations.restarted();
    }

    /** A hash over everything but the {@link #pageSpaces()}: registers and devices. Costs some microseconds. */
    public long registerHash() {
        hashed.clear();
        save(hashed);
        return Xxh64.hash(hashed.buffer(), 0, hashed.length(), 0);
    }

    /** A hash over all state. Costs about a microsecond for each page written since the last one. */
    public long stateHash() {
        long hash = registerHash();
        for (PageSpace space : pageSpaces()) {
            hash = Xxh64.round(hash, space.contentHash());
        }
        return Xxh64.avalanche(hash);
    }

    @Override
    public void close() {
        engine.engine().close();
        harts.forEach(Hart::close);
        ram.close();
    }
}

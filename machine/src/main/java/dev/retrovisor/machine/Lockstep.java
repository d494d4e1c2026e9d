package dev.retrovisor.machine;

import dev.retrovisor.machine.board.BootImages;
import dev.retrovisor.machine.board.DiskBacking;
import dev.retrovisor.machine.board.MachineConfig;
import dev.retrovisor.machine.board.StopReason;
import dev.retrovisor.machine.disk.HeapPageStorage;
import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.event.DeviceEventSink;
import dev.retrovisor.machine.event.InputEvent;
import dev.retrovisor.machine.state.StateReader;
import java.util.ArrayList;
import java.util.List;

/**
 * A machine on the translator with a shadow of it on the interpreter, which is given the same inputs and must come to the
 * same states. Harts, time and what leaves are compared every {@link #STRETCH_STEPS} steps; all state every {@link
 * #ROUND_STEPS}, at the end of each power cycle, and whenever somebody asks for a hash. What leaves the machine has left
 * both.
 *
 * <p>At the first difference it throws an {@link EngineDifference} and can't go on.
 */
final class Lockstep extends Machine {
    /** A small part of a hart's turn, and many times a block. */
    private static final long STRETCH_STEPS = 1024;

    private static final long ROUND_STEPS = 1 << 24;

    /** Makes a machine like this one. */
    interface Builder {
        Machine build(DeviceEventSink events, EngineChoice choice);
    }

    private final Builder builder;
    private final DeviceEventSink events;
    private final List<DeviceEvent> left;
    private final List<DeviceEvent> shadowLeft = new ArrayList<>();
    private final Machine shadow;

    // The last state that was compared as a whole, and what was done since.
    private final Snapshot agreed = new Snapshot();
    private final List<Act> since = new ArrayList<>();
    private long agreedStep;
    private long registersAgreedStep;

    Lockstep(
            MachineConfig config,
            BootImages images,
            List<DiskBacking> disks,
            DeviceEventSink events,
            Engines.Maker maker) {
        var leaving = new ArrayList<DeviceEvent>();
        super(config, images, disks, leaving::add, EngineChoice.TRANSLATOR, maker);
        left = leaving;
        this.events = events;
        builder = (sink, choice) -> {
            List<DiskBacking> overlays = disks.stream()
                    .map(disk -> new DiskBacking(disk.base(), new HeapPageStorage()))
                    .toList();
            return new Machine(config, images, overlays, sink, choice, maker);
        };
        shadow = builder.build(shadowLeft::add, EngineChoice.INTERPRETER);
        agreed.take(shadow);
    }

    /** Where to stop next on the way of a run from {@code steps}: it depends on nothing else, so that it can be repeated. */
    static long stretchEnd(long steps) {
        return (steps / STRETCH_STEPS + 1) * STRETCH_STEPS;
    }

    @Override
    public EngineChoice engine() {
        return EngineChoice.LOCKSTEP;
    }

    @Override
    public StopReason runTo(long stepLimit, long idleLimitNanos) {
        since.add(new Act.Run(stepLimit, idleLimitNanos));
        while (true) {
            long stop = Math.min(stepLimit, stretchEnd(steps()));
            StopReason reason = super.runTo(stop, idleLimitNanos);
            boolean probed = reason == StopReason.PROBE;
            if (probed) {
                // The shadow has no probes. That is where this run has ended, also when it is done again.
                since.set(since.size() - 1, new Act.Run(steps(), virtualNanos()));
            }
            StopReason shadowReason = shadow.runTo(probed ? steps() : stop, probed ? virtualNanos() : idleLimitNanos);
            if (reason != shadowReason && !probed) {
                throw difference("the translator's machine stopped with %s, the interpreter's with %s"
                        .formatted(reason, shadowReason));
            }
            compareRegisters();
            boolean switched = reason != StopReason.STEP_LIMIT && reason != StopReason.IDLE && !probed;
            if (switched || steps() - agreedStep >= ROUND_STEPS) {
                compareAll();
                if (reason == StopReason.STEP_LIMIT && steps() < stepLimit) {
                    since.add(new Act.Run(stepLimit, idleLimitNanos));
                }
            }
            emit();
            if (reason != StopReason.STEP_LIMIT || steps() >= stepLimit) {
                return reason;
            }
        }
    }

    @Override
    public void apply(InputEvent event) {
        since.add(new Act.Input(event));
        super.apply(event);
        shadow.apply(event);
        compareRegisters();
        emit();
    }

    @Override
    public void reset() {
        since.add(new Act.Reset());
        super.reset();
        shadow.reset();
        compareRegisters();
        emit();
    }

    @Override
    public void load(StateReader in) {
        super.load(in);
        agreed.take(this);
        agreed.restore(shadow);
        nowAgreed();
    }

    @Override
    public long registerHash() {
        long hash = super.registerHash();
        if (hash != shadow.registerHash()) {
            throw difference("registers or devices differ");
        }
        return hash;
    }

    @Override
    public long stateHash() {
        long hash = super.stateHash();
        if (hash != shadow.stateHash()) {
            throw difference("the state differs");
        }
        return hash;
    }

    private void compareRegisters() {
        if (!Differences.isSameTimeAndHarts(this, shadow)) {
            throw difference("harts or time differ");
        }
        if (!Differences.areSame(left, shadowLeft)) {
            throw difference("what leaves the machine differs");
        }
        registersAgreedStep = steps();
    }

    private void compareAll() {
        stateHash();
        agreed.take(shadow);
        nowAgreed();
    }

    private void nowAgreed() {
        since.clear();
        agreedStep = steps();
        registersAgreedStep = steps();
    }

    private void emit() {
        left.forEach(events::accept);
        left.clear();
        shadowLeft.clear();
    }

    private EngineDifference difference(String what) {
        var search = new DifferenceSearch(builder, agreed, agreedStep, since);
        var asFound = new ArrayList<>(Differences.between(this, shadow));
        asFound.addAll(Differences.between(left, shadowLeft));
        return search.report(what, asFound, registersAgreedStep, Math.max(steps(), shadow.steps()));
    }

    @Override
    public void close() {
        super.close();
        shadow.close();
    }
}

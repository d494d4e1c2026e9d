package dev.retrovisor.traces;

import dev.retrovisor.machine.board.BootImages;
import dev.retrovisor.machine.board.MachineConfig;
import dev.retrovisor.machine.board.PagingMode;
import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.event.InputEvent;
import dev.retrovisor.traces.TraceEntry.StateHash;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Seeded events of every kind, and what tests need to compare them. */
final class Samples {
    static final BootFiles BOOT =
            BootFiles.of(new BootImages(new byte[0], bytes(new Random(1), 40_000), bytes(new Random(2), 9_000)));

    /** Of the machine that the kept traces of {@link OldTracesTest} name; it stays when {@code Machine.MODEL} is raised. */
    static final int MODEL = 1;

    private final Random random;
    private long step;
    private long idleNanos;

    Samples(long seed) {
        random = new Random(seed);
    }

    static Manifest manifest() {
        var config = new MachineConfig(
                256L << 20,
                2,
                10_000,
                PagingMode.SV48,
                true,
                "console=ttyS0 quote=\"\\\u00e9",
                List.of(new MachineConfig.Drive(1 << 20, true, "disk one")),
                List.of(new MachineConfig.Nic("52:54:00:12:34:56")),
                true,
                20_000,
                bytes(new Random(3), 32));
        return new Manifest(
                MODEL,
                config,
                BOOT.named(),
                List.of(new Manifest.Disk("ab".repeat(32), 1 << 20, "/somewhere/disk.img")),
                "debian",
                new Manifest.RecordedBy("retrovisor 0.1.0", "25", "Linux"),
                Instant.parse("2026-11-23T01:02:03Z"),
                Manifest.Start.POWER_ON);
    }

    Position position() {
        return new Position(step, step + idleNanos);
    }

    /** Time goes on: often not at all, mostly by little, sometimes by much. */
    void advance() {
        switch (random.nextInt(8)) {
            case 0 -> step += random.nextInt(1_000_000);
            case 1 -> idleNanos += random.nextInt(1 << 30);
            case 2 -> step += random.nextLong(1L << 34);
            case 3, 4 -> {}
            default -> step += random.nextInt(300);
        }
    }

    /** Makes sure that the next position is not before this step. */
    void advancePast(long newStep) {
        step = Math.max(step, newStep);
    }

    InputEvent input() {
        long nanos = step + idleNanos;
        return switch (random.nextInt(6)) {
            case 0 -> new InputEvent.ConsoleInput(step, nanos, random.nextInt(3), bytes(random, random.nextInt(20)));
            case 1 -> new InputEvent.ConsoleResize(step, nanos, 0, random.nextInt(), random.nextInt(200));
            case 2 ->
                new InputEvent.FrameArrival(step, nanos, random.nextInt(2), bytes(random, 60 + random.nextInt(1500)));
            case 3 -> new InputEvent.WallClock(step, nanos, random.nextLong());
            case 4 -> new InputEvent.EntropySeed(step, nanos, bytes(random, 32));
            default -> new InputEvent.Operator(step, nanos, InputEvent.Operator.Action.values()[random.nextInt(2)]);
        };
    }

    DeviceEvent output() {
        return switch (random.nextInt(12)) {
            case 0 -> new DeviceEvent.ConsoleOutput(step, random.nextInt(3), bytes(random, random.nextInt(80)));
            case 1 -> new DeviceEvent.FrameSent(step, random.nextInt(2), bytes(random, 60 + random.nextInt(1500)));
            case 2 -> new DeviceEvent.DiskWrite(step, 0, random.nextLong(1 << 20), 8, random.nextLong());
            case 3 -> new DeviceEvent.Power(step, DeviceEvent.Power.Change.values()[random.nextInt(3)]);
            default -> new DeviceEvent.ConsoleOutput(step, random.nextInt(10) / 9, bytes(random, 1));
        };
    }

    StateHash hash() {
        return new StateHash(
                step,
                step + idleNanos,
                random.nextLong(),
                random.nextBoolean() ? StateHash.Kind.LIGHT : StateHash.Kind.FULL);
    }

    /** Appends one entry of a kind that the seed decides, and moves on; returns its text. */
    String appendTo(TraceWriter writer) {
        advance();
        int choice = random.nextInt(10);
        if (choice < 3) {
            InputEvent event = input();
            writer.append(event);
            return "in " + text(event);
        }
        if (choice < 4) {
            StateHash hash = hash();
            writer.append(hash);
            return "out " + text(hash);
        }
        DeviceEvent event = output();
        writer.append(event);
        return "out " + text(new TraceEntry.Device(event));
    }

    /** All fields: records that hold arrays compare by identity. */
    static String text(InputEvent event) {
        return switch (event) {
            case InputEvent.ConsoleInput(long step, long nanos, int console, byte[] bytes) ->
                "input %d %d %d %s".formatted(step, nanos, console, Arrays.toString(bytes));
            case InputEvent.FrameArrival(long step, long nanos, int nic, byte[] frame) ->
                "frame %d %d %d %s".formatted(step, nanos, nic, Arrays.toString(frame));
            case InputEvent.EntropySeed(long step, long nanos, byte[] seed) ->
                "entropy %d %d %s".formatted(step, nanos, Arrays.toString(seed));
            case InputEvent.MemoryPoke(long step, long nanos, long physicalAddress, byte[] bytes) ->
                "memory %d %d %d %s".formatted(step, nanos, physicalAddress, Arrays.toString(bytes));
            case InputEvent.ConsoleResize _, InputEvent.WallClock _, InputEvent.Operator _, InputEvent.RegisterPoke _ ->
                event.toString();
        };
    }

    static String text(TraceEntry entry) {
        return switch (entry) {
            case TraceEntry.Device(DeviceEvent.ConsoleOutput(long step, int console, byte[] bytes)) ->
                "output %d %d %s".formatted(step, console, Arrays.toString(bytes));
            case TraceEntry.Device(DeviceEvent.FrameSent(long step, int nic, byte[] frame)) ->
                "sent %d %d %s".formatted(step, nic, Arrays.toString(frame));
            case TraceEntry.Device(DeviceEvent event) -> event.toString();
            case StateHash hash -> hash.toString();
        };
    }

    static byte[] bytes(Random random, int length) {
        var bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}

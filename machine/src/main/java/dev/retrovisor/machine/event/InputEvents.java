package dev.retrovisor.machine.event;

import dev.retrovisor.machine.event.InputEvent.ConsoleInput;
import dev.retrovisor.machine.event.InputEvent.ConsoleResize;
import dev.retrovisor.machine.event.InputEvent.EntropySeed;
import dev.retrovisor.machine.event.InputEvent.FrameArrival;
import dev.retrovisor.machine.event.InputEvent.MemoryPoke;
import dev.retrovisor.machine.event.InputEvent.Operator;
import dev.retrovisor.machine.event.InputEvent.RegisterPoke;
import dev.retrovisor.machine.event.InputEvent.WallClock;
import java.util.Arrays;

/** Inputs at other moments, and comparing them by content. */
public final class InputEvents {
    private InputEvents() {}

    /** Whether two inputs are the same thing at the same moment. */
    public static boolean same(InputEvent a, InputEvent b) {
        if (a.step() != b.step() || a.virtualNanos() != b.virtualNanos()) {
            return false;
        }
        return switch (a) {
            case ConsoleInput(long _, long _, int console, byte[] bytes) ->
                b instanceof ConsoleInput other && console == other.console() && Arrays.equals(bytes, other.bytes());
            case FrameArrival(long _, long _, int nic, byte[] frame) ->
                b instanceof FrameArrival other && nic == other.nic() && Arrays.equals(frame, other.frame());
            case EntropySeed(long _, long _, byte[] seed) ->
                b instanceof EntropySeed other && Arrays.equals(seed, other.seed());
            case MemoryPoke(long _, long _, long physicalAddress, byte[] bytes) ->
                b instanceof MemoryPoke other
                        && physicalAddress == other.physicalAddress()
                        && Arrays.equals(bytes, other.bytes());
            // No arrays in these.
            case ConsoleResize _, WallClock _, Operator _, RegisterPoke _ -> a.equals(b);
        };
    }

    /** The same input at another moment. */
    public static InputEvent at(InputEvent event, long step, long virtualNanos) {
        return switch (event) {
            case ConsoleInput(long _, long _, int console, byte[] bytes) ->
                new ConsoleInput(step, virtualNanos, console, bytes);
            case ConsoleResize(long _, long _, int console, int columns, int rows) ->
                new ConsoleResize(step, virtualNanos, console, columns, rows);
            case FrameArrival(long _, long _, int nic, byte[] frame) ->
                new FrameArrival(step, virtualNanos, nic, frame);
            case WallClock(long _, long _, long epochNanos) -> new WallClock(step, virtualNanos, epochNanos);
            case EntropySeed(long _, long _, byte[] seed) -> new EntropySeed(step, virtualNanos, seed);
            case Operator(long _, long _, Operator.Action action) -> new Operator(step, virtualNanos, action);
            case MemoryPoke(long _, long _, long physicalAddress, byte[] bytes) ->
                new MemoryPoke(step, virtualNanos, physicalAddress, bytes);
            case RegisterPoke(long _, long _, int hart, HartRegister register, long value) ->
                new RegisterPoke(step, virtualNanos, hart, register, value);
        };
    }
}

package dev.retrovisor.machine.event;

import java.util.Arrays;
import java.util.HexFormat;

/** Comparing device events by content, and putting them into words. */
public final class DeviceEvents {
    private static final int SHOWN_BYTES = 32;

    private DeviceEvents() {}

    /** Whether two events are the same thing at the same step. */
    public static boolean same(DeviceEvent a, DeviceEvent b) {
        if (a.step() != b.step()) {
            return false;
        }
        return switch (a) {
            case DeviceEvent.ConsoleOutput(long _, int console, byte[] bytes) ->
                b instanceof DeviceEvent.ConsoleOutput other
                        && console == other.console()
                        && Arrays.equals(bytes, other.bytes());
            case DeviceEvent.FrameSent(long _, int nic, byte[] frame) ->
                b instanceof DeviceEvent.FrameSent other && nic == other.nic() && Arrays.equals(frame, other.frame());
            // No arrays in these.
            case DeviceEvent.DiskWrite write -> write.equals(b);
            case DeviceEvent.Power power -> power.equals(b);
        };
    }

    /** One line for people, without control characters. */
    public static String describe(DeviceEvent event) {
        String what = switch (event) {
            case DeviceEvent.ConsoleOutput(long _, int console, byte[] bytes) ->
                "output of %d bytes on console %d: %s".formatted(bytes.length, console, text(bytes));
            case DeviceEvent.FrameSent(long _, int nic, byte[] frame) ->
                "frame of %d bytes on network card %d: %s".formatted(frame.length, nic, hex(frame));
            case DeviceEvent.DiskWrite(long _, int disk, long sector, int count, long hash) ->
                "write of %d sectors at %d to disk %d, hash %016x".formatted(count, sector, disk, hash);
            case DeviceEvent.Power(long _, DeviceEvent.Power.Change change) -> "power change " + change;
        };
        return "step %,d: %s".formatted(event.step(), what);
    }

    private static String text(byte[] bytes) {
        var shown = new StringBuilder("\"");
        for (int i = 0; i < Math.min(bytes.length, SHOWN_BYTES); i++) {
            int value = bytes[i] & 0xFF;
            if (value >= 0x20 && value < 0x7F && value != '"' && value != '\\') {
                shown.append((char) value);
            } else {
                shown.append("\\x%02x".formatted(value));
            }
        }
        return shown.append(bytes.length > SHOWN_BYTES ? "\"..." : "\"").toString();
    }

    private static String hex(byte[] bytes) {
        String shown = HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, SHOWN_BYTES));
        return bytes.length > SHOWN_BYTES ? shown + "..." : shown;
    }
}

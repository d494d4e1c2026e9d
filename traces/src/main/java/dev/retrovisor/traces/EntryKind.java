package dev.retrovisor.traces;

import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.event.InputEvent;

/** Every kind of entry in the logs: its code in traces, the log that holds it and its name for people. */
public enum EntryKind {
    CONSOLE_INPUT(1, LogKind.INPUTS, "console input"),
    CONSOLE_RESIZE(2, LogKind.INPUTS, "console resize"),
    FRAME_ARRIVAL(3, LogKind.INPUTS, "frame arrival"),
    WALL_CLOCK(4, LogKind.INPUTS, "wall clock"),
    ENTROPY_SEED(5, LogKind.INPUTS, "entropy seed"),
    OPERATOR(6, LogKind.INPUTS, "operator"),
    MEMORY_POKE(7, LogKind.INPUTS, "memory change"),
    REGISTER_POKE(8, LogKind.INPUTS, "register change"),
    CONSOLE_OUTPUT(16, LogKind.EVENTS, "console output"),
    /** Many outputs of one byte in one entry: a coding, not a kind that callers see. */
    CONSOLE_RUN(17, LogKind.EVENTS, "console run"),
    FRAME_SENT(18, LogKind.EVENTS, "frame sent"),
    DISK_WRITE(19, LogKind.EVENTS, "disk write"),
    POWER(20, LogKind.EVENTS, "power"),
    STATE_HASH(21, LogKind.EVENTS, "state hash");

    private static final EntryKind[] BY_CODE = new EntryKind[32];

    static {
        for (EntryKind kind : values()) {
            BY_CODE[kind.code] = kind;
        }
    }

    private final int code;
    private final LogKind log;
    private final String label;

    EntryKind(int code, LogKind log, String label) {
        this.code = code;
        this.log = log;
        this.label = label;
    }

    int code() {
        return code;
    }

    LogKind log() {
        return log;
    }

    /** For people: {@code console input}. */
    public String label() {
        return label;
    }

    /** The kind with this code in this log, or null. */
    static EntryKind ofCode(int code, LogKind log) {
        EntryKind kind = code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
        return kind != null && kind.log == log ? kind : null;
    }

    public static EntryKind of(InputEvent event) {
        return switch (event) {
            case InputEvent.ConsoleInput _ -> CONSOLE_INPUT;
            case InputEvent.ConsoleResize _ -> CONSOLE_RESIZE;
            case InputEvent.FrameArrival _ -> FRAME_ARRIVAL;
            case InputEvent.WallClock _ -> WALL_CLOCK;
            case InputEvent.EntropySeed _ -> ENTROPY_SEED;
            case InputEvent.Operator _ -> OPERATOR;
            case InputEvent.MemoryPoke _ -> MEMORY_POKE;
            case InputEvent.RegisterPoke _ -> REGISTER_POKE;
        };
    }

    public static EntryKind of(DeviceEvent event) {
        return switch (event) {
            case DeviceEvent.ConsoleOutput _ -> CONSOLE_OUTPUT;
            case DeviceEvent.FrameSent _ -> FRAME_SENT;
            case DeviceEvent.DiskWrite _ -> DISK_WRITE;
            case DeviceEvent.Power _ -> POWER;
        };
    }

    public static EntryKind of(TraceEntry entry) {
        return switch (entry) {
            case TraceEntry.Device(DeviceEvent event) -> of(event);
            case TraceEntry.StateHash _ -> STATE_HASH;
        };
    }
}

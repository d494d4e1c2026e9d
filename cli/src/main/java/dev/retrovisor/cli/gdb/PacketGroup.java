package dev.retrovisor.cli.gdb;

import java.util.List;

/** Packets that belong together. */
sealed interface PacketGroup
        permits GeneralPackets,
                ThreadPackets,
                RegisterPackets,
                MemoryPackets,
                BreakpointPackets,
                MotionPackets,
                TransferPackets,
                FilePackets,
                MonitorPackets {
    /** The protocol's answer to packets that a server does not know. */
    String UNSUPPORTED = "";

    String OK = "OK";

    /**
     * A packet.
     *
     * @param name up to its arguments: one letter, or a word of those that begin with b, q, Q and v
     */
    record Row(String name, Answer answer) {}

    /** Answers a packet; throws {@link GdbError} to say why it can't. */
    @FunctionalInterface
    interface Answer {
        /** @param arguments what stands behind the name */
        String to(String arguments);
    }

    List<Row> rows();
}

package dev.retrovisor.cli.gdb;

import java.util.List;

/** {@code qRcmd}: gdb's {@code monitor}. */
final class MonitorPackets implements PacketGroup {
    /** Characters of output in a packet. */
    private static final int PIECE = 8192;

    private final Session session;
    private final Monitor monitor;

    MonitorPackets(Session session, Monitor monitor) {
        this.session = session;
        this.monitor = monitor;
    }

    @Override
    public List<Row> rows() {
        return List.of(new Row("qRcmd", this::run));
    }

    private String run(String arguments) {
        String line = Hex.textOf(arguments.replaceFirst("^,", ""));
        try {
            monitor.run(line, this::say, session.thread(), session.connection()::isInterrupted);
        } catch (GdbError e) {
            say(e.getMessage() + "\n");
        }
        return OK;
    }

    private void say(String text) {
        for (int at = 0; at < text.length(); at += PIECE) {
            String piece = text.substring(at, Math.min(text.length(), at + PIECE));
            session.connection().send("O" + Hex.ofText(piece));
        }
    }
}

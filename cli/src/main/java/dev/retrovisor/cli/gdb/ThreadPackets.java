package dev.retrovisor.cli.gdb;

import java.util.List;
import java.util.stream.Collectors;

/** Which threads there are, and which of them is meant. */
final class ThreadPackets implements PacketGroup {
    private final Session session;

    ThreadPackets(Session session) {
        this.session = session;
    }

    @Override
    public List<Row> rows() {
        return List.of(
                new Row("H", this::choose),
                new Row("T", this::isAlive),
                new Row("qC", _ -> "QC" + session.idText(session.target().stoppedThread())),
                new Row(
                        "qfThreadInfo",
                        _ -> "m"
                                + session.target().threads().stream()
                                        .map(thread -> session.idText(thread.id()))
                                        .collect(Collectors.joining(","))),
                new Row("qsThreadInfo", _ -> "l"),
                new Row("qThreadExtraInfo", this::about));
    }

    private String choose(String arguments) {
        if (arguments.isEmpty()) {
            throw new GdbError("H: of what?");
        }
        long thread = ThreadId.parse(arguments.substring(1)).number();
        if (thread > 0) {
            require(thread);
        }
        switch (arguments.charAt(0)) {
            case 'g' -> session.setGeneralThread(thread);
            case 'c' -> session.setMotionThread(thread);
            default -> throw new GdbError("H: of what?");
        }
        return OK;
    }

    private String isAlive(String arguments) {
        require(ThreadId.parse(arguments).number());
        return OK;
    }

    private Target.Thread require(long thread) {
        return session.target().threads().stream()
                .filter(each -> each.id() == thread)
                .findFirst()
                .orElseThrow(() -> new GdbError("no thread %d here".formatted(thread)));
    }

    private String about(String arguments) {
        Target.Thread thread =
                require(ThreadId.parse(arguments.replaceFirst("^,", "")).number());
        return Hex.ofText(thread.about().isEmpty() ? thread.name() : thread.name() + ": " + thread.about());
    }
}

package dev.retrovisor.cli.gdb;

import java.util.List;

/** Breakpoints and watchpoints. */
final class BreakpointPackets implements PacketGroup {
    private final Session session;

    BreakpointPackets(Session session) {
        this.session = session;
    }

    @Override
    public List<Row> rows() {
        return List.of(
                new Row("Z", arguments -> {
                    session.target().insert(session.thread(), parse(arguments));
                    return OK;
                }),
                new Row("z", arguments -> {
                    session.target().remove(parse(arguments));
                    return OK;
                }));
    }

    private static Breakpoint parse(String arguments) {
        // Conditions come behind a semicolon, if a server says that it takes them: we don't.
        String[] parts = arguments.split(";", 2)[0].split(",", -1);
        if (parts.length != 3) {
            throw new GdbError("a breakpoint has a kind, an address and a length");
        }
        Breakpoint.Kind[] kinds = Breakpoint.Kind.values();
        return new Breakpoint(
                kinds[Hex.number(parts[0], kinds.length - 1)],
                Hex.number(parts[1]),
                Hex.number(parts[2], Integer.MAX_VALUE));
    }
}

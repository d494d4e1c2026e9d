package dev.retrovisor.cli.gdb;

import java.util.List;

/** How the two sides get to know each other, and part. */
final class GeneralPackets implements PacketGroup {
    private final Session session;

    GeneralPackets(Session session) {
        this.session = session;
    }

    @Override
    public List<Row> rows() {
        return List.of(
                new Row("qSupported", _ -> features()),
                new Row("QStartNoAckMode", _ -> {
                    session.connection().stopAcknowledging();
                    return OK;
                }),
                new Row("!", _ -> OK),
                new Row("qAttached", _ -> "1"),
                new Row("qSymbol", _ -> OK),
                new Row("qTStatus", _ -> UNSUPPORTED),
                new Row("vMustReplyEmpty", _ -> UNSUPPORTED),
                new Row("D", _ -> leave()),
                new Row("k", _ -> leave()),
                new Row("vKill", _ -> leave()));
    }

    /** A recording can't be killed; both only end the session. */
    private String leave() {
        session.end();
        return OK;
    }

    private String features() {
        var features = new StringBuilder("PacketSize=%x".formatted(Packets.MOST_BYTES));
        features.append(";QStartNoAckMode+;vContSupported+;swbreak+;hwbreak+;error-message+")
                .append(";qXfer:features:read+;qXfer:threads:read+;qXfer:memory-map:read+")
                .append(";qXfer:exec-file:read+;qXfer:osdata:read+");
        if (session.target().canGoBack()) {
            features.append(";ReverseStep+;ReverseContinue+");
        }
        if (session.target().process().isPresent()) {
            features.append(";multiprocess+;qXfer:auxv:read+;qXfer:libraries-svr4:read+");
        }
        return features.toString();
    }
}

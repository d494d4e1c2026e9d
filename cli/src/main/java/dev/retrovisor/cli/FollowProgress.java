package dev.retrovisor.cli;

import java.io.PrintStream;

/** Tells how far a follower is and how far behind: a line that is redrawn, a line of JSON a second, or nothing. */
final class FollowProgress {
    private static final int SCHEMA_VERSION = 1;
    private static final long REDRAW_NANOS = 100_000_000;
    private static final long LINE_NANOS = 1_000_000_000;
    private static final String ERASE_LINE = "\r\u001b[K";

    private final Screen screen;
    private final Form form;
    private long toldNanos;
    private boolean shown;

    /** How progress is told. */
    enum Form {
        NONE,
        STATUS_LINE,
        JSON_ON_OUTPUT,
        JSON_ON_ERROR
    }

    /** A line of JSON. */
    private record Line(
            String state,
            long steps,
            long virtualNanos,
            long endSteps,
            long endVirtualNanos,
            long lagVirtualNanos,
            long lagWallNanos) {}

    FollowProgress(Screen screen, Form form) {
        this.screen = screen;
        this.form = form;
    }

    void tell(FollowLag lag, boolean waits, long now) {
        long interval = form == Form.STATUS_LINE ? REDRAW_NANOS : LINE_NANOS;
        if (form == Form.NONE || now - toldNanos < interval) {
            return;
        }
        toldNanos = now;
        switch (form) {
            case STATUS_LINE -> draw(line(lag, waits));
            case JSON_ON_OUTPUT -> print(screen.out(), lag, waits);
            case JSON_ON_ERROR -> print(screen.err(), lag, waits);
            case NONE -> {}
        }
    }

    private static String line(FollowLag lag, boolean waits) {
        return "%s  %s steps  %s of the guest's time  behind by %s, %s of the guest's time"
                .formatted(
                        waits ? "waiting  " : "following",
                        Text.count(lag.here().step()),
                        Text.duration(lag.here().virtualNanos()),
                        Text.duration(lag.wallNanos()),
                        Text.duration(lag.virtualNanos()));
    }

    private void draw(String line) {
        int room = Math.max(1, screen.columns() - 1);
        screen.err().print(ERASE_LINE + screen.dimOnError(line.length() > room ? line.substring(0, room) : line));
        screen.err().flush();
        shown = true;
    }

    private static void print(PrintStream to, FollowLag lag, boolean waits) {
        var line = new Line(
                waits ? "waiting" : "replaying",
                lag.here().step(),
                lag.here().virtualNanos(),
                lag.end().step(),
                lag.end().virtualNanos(),
                lag.virtualNanos(),
                lag.wallNanos());
        to.println(Json.line("follow.progress", SCHEMA_VERSION, line));
        to.flush();
    }

    /** Takes the line away before something else is printed. */
    void erase() {
        if (shown) {
            screen.err().print(ERASE_LINE);
            screen.err().flush();
            shown = false;
        }
    }
}

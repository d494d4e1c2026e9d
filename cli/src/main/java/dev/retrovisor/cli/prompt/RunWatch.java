package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.Screen;
import dev.retrovisor.cli.Text;
import dev.retrovisor.replayer.timeline.Watcher;
import dev.retrovisor.traces.Position;

/** How far a command has come, on a line of its own that goes away again, where a person waits; and their ^C. */
final class RunWatch implements Watcher, AutoCloseable {
    private static final long PATIENCE_NANOS = 300_000_000;
    private static final long REDRAW_NANOS = 100_000_000;
    private static final String ERASE_LINE = "\r\u001b[K";

    private final Session session;
    private final Screen screen;
    private final long begunNanos = System.nanoTime();
    private long drawnNanos;

    RunWatch(Session session) {
        this.session = session;
        screen = session.screen();
    }

    @Override
    public void progress(Position at, Position from, Position to) {
        long now = System.nanoTime();
        boolean isShown = session.output().showsProgress() && now - begunNanos > PATIENCE_NANOS;
        if (isShown && now - drawnNanos > REDRAW_NANOS) {
            drawnNanos = now;
            long way = Math.abs(to.step() - from.step());
            long gone = Math.abs(at.step() - from.step());
            long percent = way == 0 ? 100 : Math.min(100, 100 * gone / Math.max(1, way));
            screen.err()
                    .print(ERASE_LINE
                            + screen.dimOnError("%s  step %s  %d %%  (^C stops)"
                                    .formatted(
                                            to.step() < from.step() ? "back" : "on", Text.count(at.step()), percent)));
            screen.err().flush();
        }
    }

    @Override
    public boolean isCancelled() {
        return session.isCancelled();
    }

    @Override
    public void close() {
        if (drawnNanos != 0) {
            screen.err().print(ERASE_LINE);
            screen.err().flush();
        }
    }
}

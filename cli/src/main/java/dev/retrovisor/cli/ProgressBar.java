package dev.retrovisor.cli;

import dev.retrovisor.guests.Progress;
import java.util.Locale;
import java.util.function.LongFunction;

/**
 * How far a long step has come, on standard error: a bar that is redrawn where that is a terminal, else a line where the
 * step begins and one where it ends.
 */
public final class ProgressBar implements Progress {
    private static final long REDRAW_NANOS = 100_000_000;
    private static final long SLOW_STEP_NANOS = 1_000_000_000;
    private static final String ERASE_TO_END = "\u001b[K";
    private static final int BAR_CELLS = 24;
    private static final int NARROWEST_WITH_BAR = 72;

    private final Screen screen;
    private final LongFunction<String> amount;
    private String what = "";
    private long total;
    private long done;
    private long startedNanos;
    private long drawnNanos;
    private boolean running;

    /** @param amount how an amount is written, {@link Text#bytes} among them */
    public ProgressBar(Screen screen, LongFunction<String> amount) {
        this.screen = screen;
        this.amount = amount;
    }

    /** A bar of bytes, or nothing where the user wants quiet. */
    static Progress ofBytes(Screen screen, boolean quiet) {
        return quiet ? Progress.NONE : new ProgressBar(screen, Text::bytes);
    }

    @Override
    public void started(String name, long totalOrMinusOne) {
        what = name;
        total = totalOrMinusOne;
        done = 0;
        startedNanos = System.nanoTime();
        running = true;
        if (screen.errorIsTerminal()) {
            draw();
        } else {
            screen.err().println(total < 0 ? what : what + " (" + amount.apply(total) + ")");
        }
    }

    @Override
    public void advanced(long amountSinceLast) {
        done += amountSinceLast;
        if (running && screen.errorIsTerminal() && System.nanoTime() - drawnNanos >= REDRAW_NANOS) {
            draw();
        }
    }

    /** As {@link #advanced}, for callers who know where they are. */
    public void reached(long position) {
        advanced(Math.max(0, position - done));
    }

    @Override
    public void finished() {
        if (!running) {
            return;
        }
        running = false;
        long nanos = System.nanoTime() - startedNanos;
        if (screen.errorIsTerminal()) {
            screen.err().print("\r" + ERASE_TO_END);
            screen.err().flush();
        } else if (nanos >= SLOW_STEP_NANOS) {
            screen.err().println("  " + Text.duration(nanos));
        }
    }

    private void draw() {
        drawnNanos = System.nanoTime();
        String line = bar();
        int room = Math.max(1, screen.columns() - 1);
        screen.err().print("\r" + (line.length() > room ? line.substring(0, room) : line) + ERASE_TO_END);
        screen.err().flush();
    }

    private String bar() {
        if (total <= 0) {
            return done == 0 ? what + " ..." : what + "  " + amount.apply(done);
        }
        double share = Math.min(1, (double) done / total);
        String percent = String.format(Locale.ROOT, "%3.0f %%", 100 * share);
        String amounts = amount.apply(done) + " of " + amount.apply(total);
        if (screen.columns() < NARROWEST_WITH_BAR) {
            return what + "  " + percent + "  " + amounts;
        }
        int cells = (int) (BAR_CELLS * share);
        String label = what.length() > 28 ? what.substring(0, 25) + "..." : what;
        return "%-28s [%s%s] %s  %s"
                .formatted(label, "#".repeat(cells), ".".repeat(BAR_CELLS - cells), percent, amounts);
    }
}

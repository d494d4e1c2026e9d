package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.Screen;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;

/** Shows what is longer than the screen a screen at a time; what was shown stays where it can be scrolled to. */
final class Pager {
    private static final int KEPT_LINES = 2;
    private static final int CONTROL_C = 3;
    private static final int CONTROL_D = 4;
    private static final int ESCAPE = 27;
    private static final int FEWEST_LINES = 4;
    private static final String ERASE_LINE = "\r\u001b[K";

    private final Terminal terminal;
    private final Screen screen;

    Pager(Terminal terminal, Screen screen) {
        this.terminal = terminal;
        this.screen = screen;
    }

    void show(List<String> lines) {
        int height = terminal.getRows() - KEPT_LINES;
        boolean fits = height < FEWEST_LINES || lines.size() <= height + 1;
        int shown = print(lines, 0, fits ? lines.size() : height);
        while (shown < lines.size()) {
            switch (ask(lines.size() - shown)) {
                case ' ', 'f', CONTROL_D -> shown = print(lines, shown, height);
                case '\r', '\n', 'j' -> shown = print(lines, shown, 1);
                case 'a', 'G' -> shown = print(lines, shown, lines.size());
                case 'q', 'Q', CONTROL_C, ESCAPE, -1 -> {
                    return;
                }
                default -> {}
            }
        }
    }

    private int print(List<String> lines, int from, int count) {
        int to = Math.min(lines.size(), from + count);
        lines.subList(from, to).forEach(screen.out()::println);
        screen.out().flush();
        return to;
    }

    private int ask(int left) {
        String question = "-- %,d more lines: Space a screen, Enter a line, a all, q no more --".formatted(left);
        screen.out().print(screen.outputHasColour() ? "\u001b[7m" + question + "\u001b[0m" : question);
        screen.out().flush();
        Attributes before = terminal.enterRawMode();
        try {
            // In raw mode ^C comes as a character only without signals.
            Attributes silent = new Attributes(terminal.getAttributes());
            silent.setLocalFlag(Attributes.LocalFlag.ISIG, false);
            terminal.setAttributes(silent);
            return terminal.reader().read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            terminal.setAttributes(before);
            screen.out().print(ERASE_LINE);
            screen.out().flush();
        }
    }
}

package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.ExitCode;
import dev.retrovisor.cli.Positions;
import dev.retrovisor.cli.Screen;
import dev.retrovisor.replayer.timeline.Timeline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** Command lines from a person at a terminal: with history, completion, colours, a line of status, and ^C. */
final class TypedLines implements AutoCloseable {
    private static final int MOST_CANDIDATES = 200;

    private final Screen screen;
    private final Terminal terminal;
    private final Session session;
    private final Prompt prompt;
    private final LineReader reader;
    private final StatusLine status;

    private TypedLines(PromptSetup setup, Timeline timeline, Terminal terminal) {
        screen = setup.screen();
        this.terminal = terminal;
        var pager = new Pager(terminal, screen);
        session = new Session(
                setup,
                timeline,
                new Output(screen, setup.isJson(), setup.isQuiet(), () -> columns(terminal), pager::show));
        prompt = new Prompt(session);
        status = new StatusLine(terminal, session, screen.outputHasColour());
        LineReaderBuilder builder = LineReaderBuilder.builder()
                .terminal(terminal)
                .appName("retrovisor")
                .parser(new WordParser())
                .completer(new PromptCompleter(session))
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .option(LineReader.Option.AUTO_FRESH_LINE, false)
                .option(LineReader.Option.HISTORY_IGNORE_DUPS, true)
                .variable(LineReader.LIST_MAX, MOST_CANDIDATES)
                .variable(LineReader.BELL_STYLE, "none");
        historyFile().ifPresent(file -> builder.variable(LineReader.HISTORY_FILE, file));
        if (screen.outputHasColour()) {
            builder.highlighter(new LineColours());
        }
        reader = builder.build();
    }

    private static int columns(Terminal terminal) {
        return terminal.getColumns() > 0 ? terminal.getColumns() : 80;
    }

    static int run(PromptSetup setup, Timeline timeline) {
        try (Terminal terminal = TerminalBuilder.builder()
                        .system(true)
                        .nativeSignals(true)
                        .build();
                var lines = new TypedLines(setup, timeline, terminal)) {
            return lines.run(setup.at());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where the user's lines are kept, beside our other files; empty if nothing can be kept there. */
    private static Optional<Path> historyFile() {
        String xdg = System.getenv("XDG_STATE_HOME");
        Path state = xdg == null || xdg.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".local", "state")
                : Path.of(xdg);
        Path folder = state.resolve("retrovisor");
        try {
            Files.createDirectories(folder);
            return Files.isWritable(folder) ? Optional.of(folder.resolve("history")) : Optional.empty();
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private int run(String at) {
        terminal.handle(Terminal.Signal.INT, _ -> session.cancel());
        int begun = prompt.begin(at);
        if (begun != ExitCode.GOOD && begun != ExitCode.INTERRUPTED) {
            return begun;
        }
        session.output().note(welcome());
        boolean wasInterrupted = false;
        while (true) {
            status.show();
            String line;
            try {
                line = reader.readLine(promptText());
            } catch (UserInterruptException e) {
                if (wasInterrupted && e.getPartialLine().isBlank()) {
                    return ExitCode.GOOD;
                }
                wasInterrupted = e.getPartialLine().isBlank();
                if (wasInterrupted) {
                    screen.err().println("^C again, or ^D, leaves");
                }
                continue;
            } catch (EndOfFileException _) {
                return ExitCode.GOOD;
            }
            wasInterrupted = false;
            status.hide();
            if (prompt.run(line.isBlank() ? prompt.repeatable() : line).isLeaving()) {
                return ExitCode.GOOD;
            }
        }
    }

    private String welcome() {
        var words = new ArrayList<String>();
        words.add("%s: %,d steps, %s s of virtual time"
                .formatted(
                        session.trace().getFileName(),
                        session.timeline().end().step(),
                        Positions.seconds(session.timeline().end().virtualNanos())));
        words.add("'help' lists the commands, Tab completes, ^C stops what runs, ^D leaves");
        return String.join("; ", words);
    }

    private String promptText() {
        String text =
                "boot+%ss> ".formatted(Positions.seconds(session.position().virtualNanos()));
        return screen.outputHasColour() ? "\u001b[1m" + text + "\u001b[0m" : text;
    }

    @Override
    public void close() {
        try {
            status.hide();
            reader.getHistory().save();
        } catch (IOException e) {
            session.output().note("the history can't be kept: " + e.getMessage());
        } finally {
            session.close();
        }
    }
}

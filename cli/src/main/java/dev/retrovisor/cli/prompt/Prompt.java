package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.ExitCode;
import dev.retrovisor.cli.Failures;
import dev.retrovisor.cli.Screen;
import dev.retrovisor.cli.UserMistake;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.introspect.syntax.SyntaxException;
import dev.retrovisor.recorder.HostSignals;
import dev.retrovisor.replayer.timeline.DivergedException;
import dev.retrovisor.replayer.timeline.Timeline;
import dev.retrovisor.replayer.timeline.TimelineOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads command lines and runs them. A script ends at the first command that fails, with its exit code; a person is told and
 * goes on.
 */
public final class Prompt {
    /** {@code p/x}: a command with the form of its answer. */
    private static final Pattern WITH_FORM = Pattern.compile("(\\w+)/([xdbtc])(\\s.*|$)");

    private final Session session;
    private final Failures failures;
    private String repeatable = "";

    Prompt(Session session) {
        this.session = session;
        failures = new Failures(session.screen());
    }

    /** Opens a trace and runs what is asked, or what is typed; returns the process's exit code. */
    public static int run(PromptSetup setup) {
        Timeline timeline = Timeline.open(setup.trace(), setup.options(), TimelineOptions.standard());
        Screen screen = setup.screen();
        boolean isTyped = setup.lines().isEmpty() && screen.inputIsTerminal() && screen.outputIsTerminal();
        if (isTyped) {
            return TypedLines.run(setup, timeline);
        }
        try (var session = new Session(setup, timeline, Output.plain(setup));
                var _ = HostSignals.whileOpen(_ -> session.cancel())) {
            var prompt = new Prompt(session);
            int begun = prompt.begin(setup.at());
            return begun != ExitCode.GOOD
                    ? begun
                    : prompt.runAll(setup.lines().map(List::iterator).orElseGet(Prompt::standardInput));
        }
    }

    private static Iterator<String> standardInput() {
        return new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
                .lines()
                .iterator();
    }

    /** Goes to where the user wants to begin. */
    int begin(String at) {
        if (at.isEmpty()) {
            return ExitCode.GOOD;
        }
        session.begin();
        try {
            session.seek(session.target(at));
            return session.exitCode();
        } catch (RuntimeException e) {
            return report("go " + at, e);
        }
    }

    private int runAll(Iterator<String> lines) {
        int worst = ExitCode.GOOD;
        while (lines.hasNext()) {
            Ended ended = run(lines.next());
            if (ended.isLeaving() || ended.exitCode() != ExitCode.GOOD && ended.exitCode() != ExitCode.DAMAGED) {
                return ended.exitCode() == ExitCode.GOOD ? worst : ended.exitCode();
            }
            worst = Math.max(worst, ended.exitCode());
        }
        return worst;
    }

    /** How a command line ended. */
    record Ended(int exitCode, boolean isLeaving) {}

    /** The line that an empty one stands for, after one that moved a little. */
    String repeatable() {
        return repeatable;
    }

    /** Runs one command line; empty ones and comments do nothing. */
    Ended run(String written) {
        String line = written.strip();
        if (line.isEmpty() || line.startsWith("#")) {
            return new Ended(ExitCode.GOOD, false);
        }
        session.begin();
        try {
            Reply reply = reply(line);
            session.output().answer(line, session.position(), reply);
            return new Ended(session.exitCode(), reply instanceof Reply.Quit);
        } catch (RuntimeException | OutOfMemoryError e) {
            return new Ended(report(line, e), false);
        }
    }

    private Reply reply(String line) {
        if (SetCommand.isAssignment(line)) {
            return reply(PromptCommands.named("set"), line);
        }
        String plain = WITH_FORM
                .matcher(line)
                .replaceFirst(match -> "%s%s as %s"
                        .formatted(match.group(1), Matcher.quoteReplacement(match.group(3)), form(match.group(2))));
        int end = nameEnd(plain);
        PromptCommand command = PromptCommands.named(plain.substring(0, end));
        repeatable = command instanceof StepCommand || command instanceof ContinueCommand ? line : "";
        return reply(command, plain.substring(end));
    }

    private static String form(String letter) {
        return switch (letter) {
            case "x" -> "hex";
            case "d" -> "decimal";
            case "c" -> "character";
            default -> "binary";
        };
    }

    private Reply reply(PromptCommand command, String rest) {
        return command.run(session, Arguments.parse(command.row(), rest));
    }

    /** Where a line's first word ends. */
    static int nameEnd(String line) {
        int end = 0;
        while (end < line.length() && !Character.isWhitespace(line.charAt(end))) {
            end++;
        }
        return end;
    }

    private int report(String line, Throwable failure) {
        session.guest().moved();
        return switch (failure) {
            case HandedOnException handed -> {
                if (session.output().isJson()) {
                    session.output()
                            .failure(line, session.position(), handed.getMessage(), List.of(), handed.exitCode());
                }
                yield handed.exitCode();
            }
            case MemoryFault fault ->
                failed(line, new UserMistake(fault.getMessage(), fault), List.of(), ExitCode.USER_MISTAKE);
            case DivergedException diverged ->
                failed(line, failure, diverged.getMessage().lines().toList(), ExitCode.DIFFERS);
            case SyntaxException mistake ->
                failed(line, mistake, mistake.report().lines().toList(), ExitCode.USER_MISTAKE);
            default -> failed(line, failure, List.of(), Failures.exitCode(failure));
        };
    }

    private int failed(String line, Throwable failure, List<String> more, int exitCode) {
        session.output().failure(line, session.position(), failures.line(failure), more, exitCode);
        return exitCode;
    }

    /** The lines of a script. */
    public static List<String> script(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (MalformedInputException e) {
            throw new UserMistake("--script %s: is no text in UTF-8".formatted(file), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

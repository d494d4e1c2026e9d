package dev.retrovisor.cli;

import dev.retrovisor.guests.GuestException;
import dev.retrovisor.guests.GuestFormatException;
import dev.retrovisor.introspect.isf.IsfFormatException;
import dev.retrovisor.introspect.kernel.NoKernelException;
import dev.retrovisor.introspect.symbols.MissingSymbolException;
import dev.retrovisor.introspect.syntax.SyntaxException;
import dev.retrovisor.introspect.types.MissingTypeException;
import dev.retrovisor.machine.EngineDifference;
import dev.retrovisor.recorder.HostSetupException;
import dev.retrovisor.recorder.net.NetworkOptionException;
import dev.retrovisor.replayer.ReplayCancelledException;
import dev.retrovisor.replayer.ReplayException;
import dev.retrovisor.replayer.timeline.DivergedException;
import dev.retrovisor.traces.TraceFormatException;
import dev.retrovisor.traces.TraceFullException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Every failure as one line and an exit code. */
public final class Failures {
    private final Screen screen;
    private final String javaVersion;

    public Failures(Screen screen) {
        this.screen = screen;
        this.javaVersion = Runtime.version().toString();
    }

    /** Tells about what a command threw; a stack trace follows where the user asked for one. */
    int report(Throwable failure, CommandLine command, boolean debug) {
        int exitCode = exitCode(failure);
        String message = exitCode == ExitCode.BUG ? bug(failure, debug) : message(failure);
        line(command, message);
        if (failure instanceof EngineDifference difference) {
            screen.err().println(difference.report());
        }
        if (failure instanceof SyntaxException mistake) {
            screen.err().println(mistake.report());
        }
        if (debug) {
            failure.printStackTrace(screen.err());
        }
        return exitCode;
    }

    /** Tells about a command line that makes no sense. */
    int report(ParameterException mistake) {
        CommandLine command = mistake.getCommandLine();
        line(command, parameterMessage(mistake) + "; see '" + name(command) + " --help'");
        return ExitCode.USER_MISTAKE;
    }

    private void line(CommandLine command, String message) {
        screen.out().flush();
        screen.err().println(screen.errorMark(name(command) + ":") + " " + Text.visible(message));
    }

    private static String name(CommandLine command) {
        return command.getCommandSpec().qualifiedName();
    }

    public static int exitCode(Throwable failure) {
        return switch (failure) {
            case UserMistake _, SyntaxException _, GuestException _, NetworkOptionException _ -> ExitCode.USER_MISTAKE;
            case HostSetupException _, ReplayException _ -> ExitCode.USER_MISTAKE;
            case BadFile _, GuestFormatException _, TraceFormatException _, IsfFormatException _ -> ExitCode.BAD_FILE;
            case Unanswerable _, NoKernelException _, MissingTypeException _, MissingSymbolException _ ->
                ExitCode.BAD_FILE;
            case ReplayCancelledException _ -> ExitCode.INTERRUPTED;
            case DivergedException _ -> ExitCode.DIFFERS;
            case ReplayCutShort cut -> ReplayRunner.exitCode(cut.result());
            case TraceFullException _, IOException _, UncheckedIOException _ -> ExitCode.USER_MISTAKE;
            case OutOfMemoryError _ -> ExitCode.USER_MISTAKE;
            default -> ExitCode.BUG;
        };
    }

    /** A failure as one line, without who says it. */
    public String line(Throwable failure) {
        return Text.visible(exitCode(failure) == ExitCode.BUG ? bug(failure, false) : message(failure));
    }

    private static String message(Throwable failure) {
        return switch (failure) {
            case UncheckedIOException e -> message(e.getCause());
            case NoSuchFileException e -> e.getFile() + ": no such file";
            case AccessDeniedException e -> e.getFile() + ": no permission: look at its owner and mode";
            case FileAlreadyExistsException e -> e.getFile() + ": exists already: choose another name";
            case NotDirectoryException e -> e.getFile() + ": not a folder";
            case FileSystemException e -> e.getFile() + ": " + reason(e);
            case OutOfMemoryError e ->
                "not enough memory on this host (" + e.getMessage() + "): give the guest less with --memory";
            case SyntaxException e -> oneLine(e) + NearWords.hint(e.word(), e.candidates());
            default -> oneLine(failure);
        };
    }

    private static String reason(FileSystemException e) {
        String reason = e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
        return reason.startsWith("No space left") ? "no space left: free some, or choose another disk" : reason;
    }

    private String bug(Throwable failure, boolean debug) {
        StackTraceElement[] trace = failure.getStackTrace();
        String where = trace.length == 0 ? "" : " at " + trace[0];
        return "a bug in Retrovisor: %s%s. Please report this line with what you did (version %s, Java %s)%s"
                .formatted(
                        oneLine(failure),
                        where,
                        Version.NUMBER,
                        javaVersion,
                        debug ? "" : "; --debug shows the whole stack trace");
    }

    private static String oneLine(Throwable failure) {
        String message = failure.getMessage();
        return message == null
                ? failure.getClass().getSimpleName()
                : message.strip().replaceAll("\\s*\\R\\s*", " ");
    }

    private static String parameterMessage(ParameterException mistake) {
        if (mistake instanceof UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().isEmpty()) {
            return unmatchedMessage(unmatched);
        }
        String message = oneLine(mistake).replaceFirst("^Error: ", "");
        // picocli says "Invalid value for option '--smp': 0 harts ...": our converters' words need no preamble.
        return Character.toLowerCase(message.charAt(0)) + message.substring(1);
    }

    private static String unmatchedMessage(UnmatchedArgumentException mistake) {
        String word = mistake.getUnmatched().getFirst();
        boolean option = mistake.isUnknownOption();
        boolean commandExpected = !option
                && !mistake.getCommandLine().getSubcommands().isEmpty()
                && mistake.getCommandLine().getParent() == null;
        String kind = option ? "option" : commandExpected ? "command" : "argument";
        String hint = NearWords.hint(word, option ? optionNames(mistake) : subcommandNames(mistake));
        return "unknown %s '%s'%s".formatted(kind, word, hint);
    }

    private static List<String> optionNames(UnmatchedArgumentException mistake) {
        return mistake.getCommandLine().getCommandSpec().options().stream()
                .flatMap(option -> Stream.of(option.names()))
                .toList();
    }

    private static List<String> subcommandNames(UnmatchedArgumentException mistake) {
        return List.copyOf(mistake.getCommandLine().getSubcommands().keySet());
    }
}

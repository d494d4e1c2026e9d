package dev.retrovisor.cli;

import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Standard output and error, and what can be shown there.
 *
 * @param out for facts
 * @param err for progress and errors
 * @param inputIsTerminal whether a person types
 * @param outputIsTerminal whether facts are read by a person
 * @param errorIsTerminal whether progress can be redrawn in place
 * @param colour whether terminals get colour
 * @param columns width of a line
 */
public record Screen(
        PrintStream out,
        PrintStream err,
        boolean inputIsTerminal,
        boolean outputIsTerminal,
        boolean errorIsTerminal,
        boolean colour,
        int columns) {
    private static final int USUAL_COLUMNS = 80;
    private static final String RESET = "\u001b[0m";

    /** This process's; the launcher says in {@code retrovisor.terminals} which descriptors are terminals. */
    public static Screen ofProcess() {
        boolean both = System.console() != null && System.console().isTerminal();
        String terminals = System.getProperty("retrovisor.terminals", both ? "012" : "");
        return new Screen(
                System.out,
                System.err,
                terminals.contains("0"),
                terminals.contains("1"),
                terminals.contains("2"),
                wantsColour(System.getenv()),
                columns(System.getProperty("retrovisor.columns", "")));
    }

    /** A screen that is none, as in a pipe. */
    public static Screen plain(PrintStream out, PrintStream err) {
        return new Screen(out, err, false, false, false, false, USUAL_COLUMNS);
    }

    /** The convention of no-color.org: any value that is not empty says no. */
    private static boolean wantsColour(Map<String, String> environment) {
        return environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "dumb").equals("dumb");
    }

    private static int columns(String text) {
        return text.matches("[1-9][0-9]{0,3}") ? Integer.parseInt(text) : USUAL_COLUMNS;
    }

    public boolean outputHasColour() {
        return colour && outputIsTerminal;
    }

    public boolean errorHasColour() {
        return colour && errorIsTerminal;
    }

    /** Whether standard output shows more than ASCII. */
    public boolean showsUnicode() {
        Charset charset = out.charset();
        return outputIsTerminal && charset.equals(StandardCharsets.UTF_8);
    }

    public String bold(String text) {
        return styled("1", text);
    }

    public String dim(String text) {
        return styled("2", text);
    }

    public String good(String text) {
        return styled("1;32", text);
    }

    public String bad(String text) {
        return styled("1;31", text);
    }

    private String styled(String code, String text) {
        return outputHasColour() ? "\u001b[" + code + "m" + text + RESET : text;
    }

    /** The word before an error. */
    public String errorMark(String text) {
        return errorHasColour() ? "\u001b[1;31m" + text + RESET : text;
    }

    public String dimOnError(String text) {
        return errorHasColour() ? "\u001b[2m" + text + RESET : text;
    }

    public void flush() {
        out.flush();
        err.flush();
    }
}

package dev.retrovisor.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What rows are printed on: standard output, standard error or a file.
 *
 * @param columns width of a line; {@link RowTable#UNLIMITED} where no person reads it as it comes
 * @param isFile whether it is closed when all is printed
 */
record Sheet(PrintStream to, boolean hasColour, int columns, boolean isFile) implements AutoCloseable {
    static Sheet ofOutput(Screen screen) {
        int columns = screen.outputIsTerminal() ? screen.columns() : RowTable.UNLIMITED;
        return new Sheet(screen.out(), screen.outputHasColour(), columns, false);
    }

    static Sheet ofError(Screen screen) {
        int columns = screen.errorIsTerminal() ? screen.columns() : RowTable.UNLIMITED;
        return new Sheet(screen.err(), screen.errorHasColour(), columns, false);
    }

    /**
     * Makes a file, or empties it.
     *
     * @param option that named it
     */
    static Sheet ofFile(Path file, String option) {
        OutputFiles.requireFile(file, option);
        try {
            var bytes = new BufferedOutputStream(Files.newOutputStream(file));
            return new Sheet(new PrintStream(bytes, false, StandardCharsets.UTF_8), false, RowTable.UNLIMITED, true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Prints a table as wide as there is room. */
    void print(RowTable table) {
        table.fitTo(columns);
        table.heading().forEach(line -> to.println(bold(line)));
        table.lines().forEach(to::println);
    }

    String bold(String text) {
        return styled("1", text);
    }

    String dim(String text) {
        return styled("2", text);
    }

    private String styled(String code, String text) {
        return hasColour ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }

    /** Whether a file could not be written: there is no space left. */
    boolean isCutShort() {
        return isFile && to.checkError();
    }

    @Override
    public void close() {
        if (isFile) {
            to.close();
        }
    }
}

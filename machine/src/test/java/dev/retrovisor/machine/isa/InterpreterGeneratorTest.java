package dev.retrovisor.machine.isa;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class InterpreterGeneratorTest {
    @Test
    void checkedInSwitchesAreWhatTheRowsSay() throws IOException {
        Map<Path, String> files = new InterpreterGenerator().generate();
        if (Boolean.getBoolean("retrovisor.regenerate")) {
            InterpreterGenerator.write(files);
        }
        for (var file : files.entrySet()) {
            assertEquals(
                    tokens(file.getValue()),
                    tokens(Files.readString(file.getKey())),
                    file.getKey() + " is out of date: see InterpreterGenerator");
        }
    }

    /** The text without what a formatter may change. */
    private static String tokens(String source) {
        return source.replaceAll("(?m)^import .*$", "").replaceAll("[\\s,]", "");
    }
}

package dev.retrovisor.introspect.syscall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class UapiGeneratorTest {
    @Test
    void checkedInNamesAreWhatTheInstalledHeadersSay() throws IOException {
        assumeTrue(UapiGenerator.isPossible(), "no cross compiler for riscv64 with headers");
        String generated = new UapiGenerator().generate();
        if (Boolean.getBoolean("retrovisor.regenerate")) {
            Files.writeString(UapiGenerator.FILE, generated);
        }
        String checkedIn = String.join("\n", Uapi.lines("uapi.txt"));
        Map<String, String> known = valuesBySetAndName(checkedIn);

        // Other headers may know more or fewer names, but no name ever means something else.
        valuesBySetAndName(generated)
                .forEach((name, value) -> assertThat(known.getOrDefault(name, value))
                        .as("%s in uapi.txt: see UapiGenerator", name)
                        .isEqualTo(value));
    }

    private static Map<String, String> valuesBySetAndName(String text) {
        Map<String, String> values = new HashMap<>();
        String set = "";
        for (String line : text.lines().toList()) {
            if (line.startsWith("[")) {
                set = line;
            } else if (!line.isEmpty() && !line.startsWith("#")) {
                int space = line.indexOf(' ');
                values.put(set + " " + line.substring(space + 1), line.substring(0, space));
            }
        }
        return values;
    }
}

package dev.retrovisor.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceinfoTest {
    @TempDir
    private Path folder;

    private Shell.Ended run(String... arguments) {
        return new Shell(folder).run(arguments);
    }

    /** The trace that is kept to hold the format. */
    private static Path sample() {
        return Repository.root().resolve("traces/src/test/resources/traces/format-1");
    }

    private Path copyOfSample() throws IOException {
        Path copy = folder.resolve("copy.trace");
        try (Stream<Path> files = Files.walk(sample())) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(sample().relativize(file).toString()));
            }
        }
        return copy;
    }

    @Test
    void aTraceIsShownToPeople() {
        Shell.Ended ended = run("traceinfo", sample().toString());

        assertEquals(ExitCode.GOOD, ended.exitCode(), ended.err());
        assertThat(ended.out()).contains("Machine", "guest", "model", "Recording", "steps", "Entries", "On disk");
    }

    @Test
    void aTraceIsTypedFactsAsJson() {
        JsonObject json =
                run("traceinfo", sample().toString(), "--format", "json").json();

        assertEquals("retrovisor.traceinfo", json.get("schema").getAsString());
        assertEquals(TraceFacts.SCHEMA_VERSION, json.get("schemaVersion").getAsInt());
        assertEquals(1, json.get("formatVersion").getAsInt());
        assertEquals(1, json.get("machineModel").getAsInt());
        assertThat(json.getAsJsonObject("machine").get("memoryBytes").getAsLong())
                .isPositive();
        assertThat(json.getAsJsonObject("end").get("steps").getAsLong()).isPositive();
        assertThat(json.getAsJsonObject("chains").get("inputs").getAsString()).matches("[0-9a-f]{64}");
    }

    @Test
    void whatIsNoTraceSaysWhatItIs() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");
        Path empty = Files.createDirectory(folder.resolve("empty"));

        Shell.Ended missing = run("traceinfo", folder.resolve("nowhere").toString());
        Shell.Ended onFile = run("traceinfo", file.toString());
        Shell.Ended onFolder = run("traceinfo", empty.toString());

        assertEquals(ExitCode.USER_MISTAKE, missing.exitCode());
        assertThat(missing.error()).contains("no such trace");
        assertEquals(ExitCode.BAD_FILE, onFile.exitCode());
        assertThat(onFile.error()).contains("not a trace: a file");
        assertEquals(ExitCode.BAD_FILE, onFolder.exitCode());
        assertThat(onFolder.error()).contains("not a trace: found no manifest.json");
    }

    @Test
    void aNewerTraceAsksForANewerRetrovisor() throws IOException {
        Path manifest = copyOfSample().resolve("manifest.json");
        Files.writeString(
                manifest, Files.readString(manifest).replaceFirst("\"traceFormat\": \\d+", "\"traceFormat\": 99"));

        Shell.Ended ended = run("traceinfo", manifest.getParent().toString());

        assertEquals(ExitCode.BAD_FILE, ended.exitCode());
        assertThat(ended.error()).contains("trace format 99", "use a newer retrovisor");
    }
}

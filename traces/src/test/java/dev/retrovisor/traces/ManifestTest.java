package dev.retrovisor.traces;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestTest {
    private static final Path FILE = Path.of("x.trace/manifest.json");

    @TempDir
    Path folder;

    static Manifest withGuest(String guest) {
        Manifest m = Samples.manifest();
        return new Manifest(
                m.machineModel(), m.config(), m.images(), m.disks(), guest, m.recordedBy(), m.createdAt(), m.start());
    }

    @Test
    void aManifestComesBackAsItWas() {
        Manifest manifest = Samples.manifest();
        Manifest again = ManifestJson.decode(FILE, ManifestJson.encode(manifest));
        assertEquals(manifest.machineModel(), again.machineModel());
        assertEquals(manifest.images(), again.images());
        assertEquals(manifest.disks(), again.disks());
        assertEquals(manifest.recordedBy(), again.recordedBy());
        assertEquals(manifest.createdAt(), again.createdAt());
        assertEquals(manifest.config().append(), again.config().append());
        assertEquals(manifest.config().drives(), again.config().drives());
        assertArrayEquals(manifest.config().bootSeed(), again.config().bootSeed());
        assertArrayEquals(ManifestJson.encode(manifest), ManifestJson.encode(again), "the same bytes");
    }

    @Test
    void aNewerFormatSaysThatANewerRetrovisorIsNeeded() {
        assertEquals(
                FILE + ": trace format 7, this build reads up to 2: use a newer retrovisor",
                failure("\"traceFormat\": 1", "\"traceFormat\": 7, \"whatIsNew\": {}"));
    }

    @Test
    void whatIsWrongIsNamedWithWhereItIs() {
        assertTrue(failure("\"harts\": 2", "\"harts\": \"two\"").contains("$.machine.harts: found \"two\""));
        assertTrue(failure("\"harts\": 2", "\"harts\": 2.5").contains("a whole number"));
        assertTrue(failure("\"harts\": 2", "\"harts\": 99").contains("99 harts"));
        assertTrue(failure("\"machineModel\": 1,", "").contains("$.machineModel: found nothing"));
        assertTrue(failure("\"machineModel\": 1", "\"machineModel\": 0").contains("machine model 0"));
        assertTrue(failure("\"harts\": 2,", "").contains("$.machine.harts: found nothing"));
        assertTrue(failure("\"harts\": 2", "\"hearts\": 1, \"harts\": 2").contains("$.machine.hearts"));
        assertTrue(failure("\"role\": \"kernel\"", "\"role\": \"colonel\"").contains("$.images[0].role"));
        assertTrue(failure("power-on", "checkpoint").contains("$.start"));
        assertTrue(failure("\"sha256\": \"abab", "\"sha256\": \"../../").contains("no SHA-256"));
        assertTrue(failure("{", "[").contains("no JSON"));
        assertTrue(failure("2026-11-23T", "yesterday ").contains("$.createdAt"));
    }

    @Test
    void aFolderWithoutAManifestIsNotATrace() throws Exception {
        TraceFormatException e = assertThrows(TraceFormatException.class, () -> TraceReader.open(folder));
        assertTrue(e.getMessage().contains("not a trace"), e.getMessage());
        Files.createDirectory(folder.resolve(TraceLayout.MANIFEST));
        assertThrows(TraceFormatException.class, () -> TraceReader.open(folder));
    }

    private static String failure(String good, String bad) {
        String json = new String(ManifestJson.encode(Samples.manifest()), StandardCharsets.UTF_8);
        assertTrue(json.contains(good), json);
        byte[] changed = json.replace(good, bad).getBytes(StandardCharsets.UTF_8);
        return assertThrows(TraceFormatException.class, () -> ManifestJson.decode(FILE, changed))
                .getMessage();
    }
}

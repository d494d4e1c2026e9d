package dev.retrovisor.traces;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.event.HartRegister;
import dev.retrovisor.machine.event.InputEvent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A trace may begin where another one was, and hold what a person changed. */
class ResumedTraceTest {
    static final Position START = new Position(1_000_000, 5_000_000);
    static final String PARENT = "cd".repeat(32);

    @TempDir
    Path folder;

    static Manifest manifest() {
        return from(new Manifest.Resumed(
                new Manifest.Parent(PARENT, "parent.trace", "../parent.trace"), START, 12, 345, -2));
    }

    private static Manifest from(Manifest.Start start) {
        Manifest m = Samples.manifest();
        return new Manifest(
                m.machineModel(), m.config(), m.images(), m.disks(), m.guest(), m.recordedBy(), m.createdAt(), start);
    }

    /** Pokes of both kinds, an event and an end. */
    static void write(Path trace, Manifest manifest, BootFiles boot) {
        try (var writer = TraceWriter.create(trace, manifest, boot)) {
            writer.append(
                    new InputEvent.MemoryPoke(START.step(), START.virtualNanos(), 0x8020_0000L, new byte[] {1, 2, 3}));
            writer.append(new InputEvent.RegisterPoke(
                    START.step(), START.virtualNanos(), 1, new HartRegister.Csr(0x180), -1));
            writer.append(new InputEvent.RegisterPoke(
                    START.step() + 1, START.virtualNanos() + 1, 0, HartRegister.PC, 0x8000_0000L));
            writer.append(new DeviceEvent.ConsoleOutput(START.step() + 5, 0, new byte[] {'x'}));
            writer.end(new EndRecord(START.step() + 9, START.virtualNanos() + 9, EndReason.STOPPED, ""));
        }
    }

    @Test
    void whatBeginsBehindAnotherReadsAsItWasWritten() {
        Path trace = folder.resolve("child.trace");
        write(trace, manifest(), Samples.BOOT);
        try (var reader = TraceReader.open(trace);
                var inputs = reader.inputs()) {
            reader.verifyAll();
            assertEquals(2, reader.manifest().format());
            assertEquals(manifest().start(), reader.manifest().start());
            assertArrayEquals(new byte[] {1, 2, 3}, ((InputEvent.MemoryPoke) inputs.next()).bytes());
            assertEquals(
                    new InputEvent.RegisterPoke(START.step(), START.virtualNanos(), 1, new HartRegister.Csr(0x180), -1),
                    inputs.next());
            assertEquals(START.step() + 1, inputs.next().step());
            assertEquals(
                    new Position(START.step() + 9, START.virtualNanos() + 9),
                    reader.durableEnd().position());
        }
    }

    @Test
    void nothingMayComeBeforeTheStart() {
        try (var writer = TraceWriter.create(folder.resolve("child.trace"), manifest(), Samples.BOOT)) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> writer.append(new InputEvent.WallClock(START.step() - 1, START.virtualNanos(), 0)));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> writer.append(new DeviceEvent.ConsoleOutput(START.step() - 1, 0, new byte[1])));
        }
    }

    @Test
    void aTraceOfTheFirstFormatTakesNoChangesByHand() {
        try (var writer = TraceWriter.create(folder.resolve("a.trace"), Samples.manifest(), Samples.BOOT)) {
            var refusal = assertThrows(
                    IllegalArgumentException.class,
                    () -> writer.append(new InputEvent.MemoryPoke(0, 0, 0x8000_0000L, new byte[1])));
            assertEquals("trace format 1 holds no changes of the machine by hand", refusal.getMessage());
        }
        try (var writer =
                TraceWriter.create(folder.resolve("b.trace"), Samples.manifest().forPokes(), Samples.BOOT)) {
            writer.append(new InputEvent.MemoryPoke(0, 0, 0x8000_0000L, new byte[1]));
        }
    }

    @Test
    void aStartThatCannotBeIsNamed() {
        assertTrue(failure("\"stateHash\": \"fffffffffffffffe\"", "\"stateHash\": \"xy\"")
                .contains("$.start.stateHash: found 'xy'"));
        assertTrue(failure("\"step\": 1000000", "\"step\": -1").contains("a start at step -1"));
        assertTrue(failure(PARENT, "none").contains("'none'"));
        assertTrue(failure("\"traceFormat\": 2", "\"traceFormat\": 1").contains("$.start: found {"));
    }

    private static String failure(String what, String by) {
        String json = new String(ManifestJson.encode(manifest()), StandardCharsets.UTF_8);
        byte[] bad = json.replace(what, by).getBytes(StandardCharsets.UTF_8);
        return assertThrows(TraceFormatException.class, () -> ManifestJson.decode(Path.of("manifest.json"), bad))
                .getMessage();
    }

    @Test
    void aParentIsFoundByItsManifestWhereverItLies() throws Exception {
        Path parent = Files.createDirectories(folder.resolve("away")).resolve("p.trace");
        TraceWriter.create(parent, Samples.manifest(), Samples.BOOT).close();
        String hash = TraceFamily.manifestSha256(parent).orElseThrow();
        Path child = folder.resolve("child.trace");
        var hinted = new Manifest.Parent(hash, "p.trace", TraceFamily.hint(child, parent));
        assertEquals("../away/p.trace", hinted.pathHint());
        assertEquals(Optional.of(parent), TraceFamily.parent(child, hinted, List.of()));
        var lost = new Manifest.Parent(hash, "p.trace", "../nowhere");
        assertEquals(Optional.empty(), TraceFamily.parent(child, lost, List.of()));
        assertEquals(Optional.of(parent), TraceFamily.parent(child, lost, List.of(folder.resolve("away"))));
        assertEquals(Optional.of(parent), TraceFamily.parent(folder.resolve("away/c.trace"), lost, List.of()));
    }

    @Test
    void bootImagesAreSharedWithTheParent() throws Exception {
        Path parent = folder.resolve("parent.trace");
        TraceWriter.create(parent, Samples.manifest(), Samples.BOOT).close();
        Path child = folder.resolve("child.trace");
        TraceWriter.create(child, manifest(), Samples.BOOT, Optional.of(parent)).close();
        for (Manifest.Image image : manifest().images()) {
            assertTrue(Files.isSameFile(
                    parent.resolve("images").resolve(image.sha256()),
                    child.resolve("images").resolve(image.sha256())));
        }
    }
}

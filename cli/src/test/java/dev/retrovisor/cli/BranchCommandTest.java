package dev.retrovisor.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code branch}, {@code inputs} and {@code tree} with a kernel that counts in a0. */
class BranchCommandTest {
    private static final int HEADER_BYTES = 64;
    private static final int KERNEL_BYTES = 4096;

    @TempDir
    private Path folder;

    private String trace;

    @BeforeEach
    void recordAKernelThatCounts() throws IOException {
        var image = ByteBuffer.allocate(KERNEL_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        image.putInt(0, 0x0400006f); // j 0x40, over the header
        image.putLong(16, KERNEL_BYTES);
        image.putInt(0x38, 0x05435352); // "RSC\x05"
        image.putInt(HEADER_BYTES, 0x00150513); // addi a0, a0, 1
        image.putInt(HEADER_BYTES + 4, 0xffdff06f); // j back
        Path kernel = Files.write(folder.resolve("Image"), image.array());
        trace = folder.resolve("count.trace").toString();
        Shell.Ended recorded = run(
                "record",
                "--kernel",
                kernel.toString(),
                "-o",
                trace,
                "-m",
                "64",
                "--serial",
                "null",
                "--max-steps",
                "100k");
        assertEquals(0, recorded.exitCode(), recorded.err());
    }

    private Shell.Ended run(String... arguments) {
        return new Shell(folder).run(arguments);
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    @Test
    void aBranchHoldsOnlyWhatComesAfterAndReplays() {
        Shell.Ended branched = run(
                "branch",
                trace + "@50k",
                "--set",
                "a0=1000",
                "--until",
                "60k",
                "--no-console",
                "-o",
                path("b.trace"),
                "--format",
                "json");
        assertEquals(0, branched.exitCode(), branched.err());
        JsonObject facts = branched.json();
        assertEquals(50_000, facts.get("startSteps").getAsLong());
        assertEquals(60_000, facts.get("steps").getAsLong());

        Shell.Ended info = run("traceinfo", path("b.trace"), "--format", "json");
        JsonObject start = info.json().getAsJsonObject("start");
        assertEquals("count.trace", start.get("parent").getAsString());
        assertEquals(trace, start.get("parentFolder").getAsString());
        assertEquals(50_000, start.get("step").getAsLong());

        assertEquals(0, run("verify", path("b.trace")).exitCode());
        assertThat(run("replay", path("b.trace")).out()).contains("10,000 steps");
        assertThat(run("inputs", path("b.trace")).out()).contains("register change", "0.a0 = 0x3e8", "entropy seed");
    }

    @Test
    void theFamilyIsShownFromItsOldestTrace() {
        run("branch", trace + "@50%", "--no-console", "--until", "80k", "-o", path("b.trace"));
        run(
                "branch",
                path("b.trace") + "@50%",
                "--no-console",
                "--same-entropy",
                "--until",
                "90k",
                "-o",
                path("c.trace"));
        JsonArray traces =
                run("tree", path("c.trace"), "--format", "json").json().getAsJsonArray("traces");
        assertEquals(3, traces.size());
        assertEquals(
                path("b.trace"), traces.get(2).getAsJsonObject().get("parent").getAsString());
        assertEquals(65_000, traces.get(2).getAsJsonObject().get("step").getAsLong());
        assertThat(run("tree", folder.toString()).out())
                .contains("count.trace", "`-- b.trace", "    `-- c.trace")
                .contains("fresh entropy and time", "; nothing;");
    }

    @Test
    void whatCannotBeIsSaidInOneLine() {
        refused(
                "memory is 0x80000000 to 0x83ffffff",
                "branch",
                trace + "@50k",
                "--no-record",
                "--set",
                "mem:0x1000=00");
        refused("there are harts 0 to 0", "branch", trace + "@50k", "--no-record", "--set", "3.a0=1");
        refused("there is no register 'zero'", "branch", trace, "--set", "zero=1");
        refused("does not fit in 8 bits", "branch", trace, "--set", "mem:0x80000000=u8:256");
        refused("is no value for memory", "branch", trace, "--set", "mem:0x80000000=abc");
        refused("is no change", "branch", trace, "--set", "nonsense");
        refused("comes before the branch", "branch", trace + "@50k", "--no-record", "--drop-input", "0");
        refused("the trace has 2 inputs", "branch", trace + "@50k", "--no-record", "--drop-input", "9");
        refused("the branch begins at step 50,000", "branch", trace + "@50k", "--no-record", "--until", "40k");
        refused("the machine has 0 network cards", "branch", trace + "@50k", "--no-record", "--nic", "user");
        refused("or a checkpoint's name", "branch", trace + "@nowhere", "--no-record");
        refused("no such folder", "replay", trace, "--parent", path("nothing"));
    }

    private void refused(String words, String... arguments) {
        Shell.Ended ended = run(arguments);
        assertEquals(2, ended.exitCode(), ended.err());
        String last = ended.err().strip().replaceFirst("(?s).*\n", "");
        assertThat(last).contains(words);
    }

    @Test
    void aLostParentIsFoundAgainWithParent() throws IOException {
        run("branch", trace + "@50%", "--no-console", "--until", "80k", "-o", path("b.trace"));
        Path away = Files.createDirectories(folder.resolve("away"));
        Files.move(Path.of(trace), away.resolve("count.trace"));
        Shell.Ended lost = run("replay", path("b.trace"), "-q");
        assertEquals(2, lost.exitCode());
        assertThat(lost.error()).contains("goes on from trace 'count.trace'", "--parent");
        assertEquals(
                0,
                run("replay", path("b.trace"), "-q", "--parent", away.toString())
                        .exitCode());
        assertThat(run("traceinfo", path("b.trace")).out()).contains("not found");
    }
}

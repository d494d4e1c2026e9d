package dev.retrovisor.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import dev.retrovisor.machine.Machine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code run}, {@code record}, {@code replay} and {@code verify} with a kernel of two instructions. */
class LiveCommandTest {
    private static final int HEADER_BYTES = 64;
    private static final int KERNEL_BYTES = 4096;

    @TempDir
    private Path folder;

    private Path kernel;
    private Path trace;

    @BeforeEach
    void writeAKernelThatCounts() throws IOException {
        var image = ByteBuffer.allocate(KERNEL_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        image.putInt(0, 0x0400006f); // j 0x40, over the header
        image.putLong(16, KERNEL_BYTES);
        image.putInt(0x38, 0x05435352); // "RSC\x05"
        image.putInt(HEADER_BYTES, 0x00150513); // addi a0, a0, 1
        image.putInt(HEADER_BYTES + 4, 0xffdff06f); // j back
        kernel = Files.write(folder.resolve("Image"), image.array());
        trace = folder.resolve("count.trace");
    }

    private Shell.Ended run(String... arguments) {
        return new Shell(folder).run(arguments);
    }

    private Shell.Ended record(String... more) {
        var arguments = new ArrayList<>(List.of(
                "record", "--kernel", kernel.toString(), "-o", trace.toString(), "-m", "64", "--serial", "null"));
        arguments.addAll(List.of("--max-steps", "100k"));
        arguments.addAll(Arrays.asList(more));
        return run(arguments.toArray(String[]::new));
    }

    private void mistake(String expected, String... arguments) {
        Shell.Ended ended = run(arguments);
        assertThat(ended.error()).contains(expected);
        assertEquals(ExitCode.USER_MISTAKE, ended.exitCode(), ended.err());
    }

    @Test
    void aRecordingReplaysBitForBit() {
        Shell.Ended recorded = record();
        Shell.Ended replayed = run("replay", trace.toString());
        Shell.Ended verified = run("verify", trace.toString());

        assertEquals(ExitCode.GOOD, recorded.exitCode(), recorded.err());
        assertThat(recorded.err()).contains("the limit of steps is reached", "100,000 steps", "retrovisor replay ");
        assertEquals(ExitCode.GOOD, replayed.exitCode(), replayed.err());
        assertThat(replayed.out()).startsWith("bit-identical: ").contains("step 100,000", "the trace's end");
        assertEquals(ExitCode.GOOD, verified.exitCode(), verified.err());
        assertThat(verified.out()).startsWith("whole: ").contains("bit-identical: ");
    }

    @Test
    void factsAsJsonHaveTheirSchemas() {
        JsonObject recorded = record("--format", "json").json();
        JsonObject replayed = run("replay", trace.toString(), "--format", "json", "--until", "50%")
                .json();
        JsonObject verified =
                run("verify", trace.toString(), "--format", "json").json();

        assertEquals("retrovisor.record", recorded.get("schema").getAsString());
        assertEquals(100_000, recorded.get("steps").getAsLong());
        assertEquals("step-limit", recorded.get("cause").getAsString());
        assertEquals(trace.toString(), recorded.get("trace").getAsString());
        assertThat(recorded.get("finalStateHash").getAsString()).matches("[0-9a-f]{16}");
        assertEquals("until", replayed.get("outcome").getAsString());
        assertEquals(50_000, replayed.get("steps").getAsLong());
        assertTrue(replayed.get("divergence").isJsonNull());
        assertTrue(verified.getAsJsonObject("replay").get("identical").getAsBoolean());
        assertThat(verified.get("eventsHash").getAsString()).matches("[0-9a-f]{64}");
    }

    @Test
    void theFactsNameTheEngineAndTellWhatItDidOnlyIfAsked() {
        JsonObject recorded =
                record("--engine", "interpreter", "--format", "json").json();
        JsonObject replayed =
                run("replay", trace.toString(), "--stats", "--format", "json").json();
        Shell.Ended verified = run("verify", trace.toString(), "--quiet", "--stats", "--engine", "lockstep");

        assertEquals("interpreter", recorded.get("engine").getAsString());
        assertTrue(recorded.get("engineStatistics").isJsonNull(), "nobody asked");
        assertEquals("translator", replayed.get("engine").getAsString());
        assertTrue(replayed.get("identical").getAsBoolean(), "a trace replays on any engine");
        assertThat(replayed.getAsJsonObject("engineStatistics")
                        .get("blocks translated")
                        .getAsLong())
                .isPositive();
        assertEquals(ExitCode.GOOD, verified.exitCode(), verified.err());
        assertThat(verified.out()).isEmpty();
        assertThat(verified.err()).contains("blocks translated");
    }

    @Test
    void aRunLeavesNoTrace() throws IOException {
        Shell.Ended ended =
                run("run", "--kernel", kernel.toString(), "--serial", "null", "--max-steps", "1000", "--smp", "2");

        assertEquals(ExitCode.GOOD, ended.exitCode(), ended.err());
        assertThat(ended.err()).contains("1,000 steps").doesNotContain("trace");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(kernel);
        }
    }

    @Test
    void aTraceThatExistsIsNotOverwritten() throws IOException {
        Files.createDirectory(trace);
        Files.writeString(trace.resolve("precious"), "x");

        Shell.Ended ended = record();

        assertEquals(ExitCode.USER_MISTAKE, ended.exitCode());
        assertThat(ended.error()).contains("exists already: choose another name");
    }

    @Test
    void aDamagedTraceIsABadFile() throws IOException {
        record();
        try (FileChannel log = FileChannel.open(trace.resolve("events/19700101L.cq4"), StandardOpenOption.WRITE)) {
            log.write(ByteBuffer.wrap(new byte[] {0x55, 0x55, 0x55, 0x55}), log.size() - 24);
        }

        Shell.Ended ended = run("verify", trace.toString());

        assertEquals(ExitCode.BAD_FILE, ended.exitCode(), ended.out() + ended.err());
        assertThat(ended.error()).contains("19700101L.cq4");
    }

    @Test
    void aTraceOfAnotherMachineModelNamesTheBuildThatReplaysIt() {
        record();
        int model = Machine.MODEL + 1;
        Path other = AlteredTrace.ofModel(model, "retrovisor 9.8.7", trace, folder.resolve("other.trace"));

        for (String command : List.of("replay", "verify")) {
            Shell.Ended ended = run(command, other.toString());
            assertEquals(ExitCode.BAD_FILE, ended.exitCode(), ended.out() + ended.err());
            assertThat(ended.error())
                    .contains(
                            ("%s: recorded by machine model %d, this build has model %d: replay it with retrovisor 9.8.7"
                                            + " (the manifest names what recorded it)")
                                    .formatted(other.resolve("manifest.json"), model, Machine.MODEL));
        }
        Shell.Ended shown = run("traceinfo", other.toString());
        assertEquals(ExitCode.GOOD, shown.exitCode(), "it can still be read: " + shown.err());
        assertThat(shown.out()).contains("%d (this build has %d)".formatted(model, Machine.MODEL));
        assertEquals(
                ExitCode.GOOD, run("verify", "--no-replay", other.toString()).exitCode(), "it is whole");
    }

    @Test
    void aDivergenceWithinOneModelIsPutDownToAnAlteredTraceOrABug() {
        record();
        Path altered = AlteredTrace.withOtherHashes(trace, folder.resolve("altered.trace"));

        Shell.Ended ended = run("replay", altered.toString());

        assertEquals(ExitCode.DIFFERS, ended.exitCode(), ended.out() + ended.err());
        assertThat(ended.out()).startsWith("diverged").contains("the trace was altered, or this is a bug of ours");
    }

    @Test
    void whatCannotBootSaysWhatItIs() throws IOException {
        Path elf = Files.write(folder.resolve("vmlinux"), "\u007fELF....".getBytes(StandardCharsets.ISO_8859_1));
        Path text = Files.writeString(folder.resolve("notes"), "no kernel".repeat(20));

        Shell.Ended onElf = run("run", "--kernel", elf.toString());
        Shell.Ended onText = run("run", "--kernel", text.toString());

        assertEquals(ExitCode.BAD_FILE, onElf.exitCode());
        assertThat(onElf.error()).contains("an ELF file, where a flat Image is needed");
        assertEquals(ExitCode.BAD_FILE, onText.exitCode());
        assertThat(onText.error()).contains("this is no riscv64 Linux Image");
    }

    @Test
    void everyWrongInputHasAMessageOfItsOwn() throws IOException {
        String image = kernel.toString();
        Path big = Files.write(folder.resolve("big"), new byte[80 << 20]);
        mistake("nothing to boot", "run");
        mistake("--kernel /nowhere: no such file", "run", "--kernel", "/nowhere");
        mistake("a folder: name a file", "run", "--kernel", folder.toString());
        mistake("write --kernel " + image, "run", image);
        mistake("'retrovisor guest pull debian'", "record", "debian");
        mistake("no guest 'plan9'", "record", "plan9");
        mistake("there is no such workload: there are demo", "run", "debian", "--workload", "dance");
        mistake("only our own guests have workloads", "run", "--kernel", image, "--workload", "demo");
        mistake("0 harts are not possible: give 1 to 8", "run", "--kernel", image, "--smp", "0");
        mistake("9 harts are not possible", "run", "--kernel", image, "--smp", "9");
        mistake("too little memory", "run", "--kernel", image, "-m", "32");
        mistake("--memory 64 MiB: too little for debian", "run", "debian", "-m", "64");
        mistake("too little: kernel and initrd need", "run", "--kernel", image, "--initrd", big.toString(), "-m", "64");
        mistake("more than we can give a guest", "run", "--kernel", image, "-m", "1T");
        mistake("'12X' is no size", "run", "--kernel", image, "-m", "12X");
        mistake("--drive /nowhere: no such file", "run", "--kernel", image, "--drive", "/nowhere");
        mistake("--quantum 5: too short", "run", "--kernel", image, "--quantum", "5");
        mistake("unknown option '--kernle': did you mean --kernel?", "run", "--kernle", image);
        mistake("port 99999 is out of range", "run", "--kernel", image, "--nic", "user,hostfwd=tcp::99999-:22");
        mistake("backend 'tap' is not supported", "run", "--kernel", image, "--net", "tap");
        mistake("there is no folder", "record", "--kernel", image, "-o", folder + "/no/such/place.trace");
        mistake("'jit' is no engine: write translator", "run", "--kernel", image, "--engine", "jit");
        mistake("'' is no engine", "replay", trace.toString(), "--engine", "");
        mistake("position 'later' is not understood", "replay", trace.toString(), "--until", "later");
        mistake("no such trace", "replay", trace.toString());
    }

    @Test
    void aQcowImageIsNamedWithTheRemedy() throws IOException {
        Path disk = Files.write(folder.resolve("disk"), new byte[] {'Q', 'F', 'I', (byte) 0xfb, 0, 0, 0, 3});

        Shell.Ended ended = run("run", "--kernel", kernel.toString(), "--drive", disk.toString());

        assertEquals(ExitCode.BAD_FILE, ended.exitCode());
        assertThat(ended.error()).contains("a qcow2 image", "qemu-img convert -O raw");
    }

    @Test
    void aPortInUseIsNamedAndLeavesNoTrace() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Shell.Ended ended = record("--nic", "user,hostfwd=tcp:127.0.0.1:%d-:22".formatted(socket.getLocalPort()));

            assertEquals(ExitCode.USER_MISTAKE, ended.exitCode(), ended.err());
            assertThat(ended.error()).contains("port 127.0.0.1:" + socket.getLocalPort());
            assertThat(trace).doesNotExist();
        }
    }

    @Test
    void theConsoleCanGoToAFile() {
        Path log = folder.resolve("console.log");

        Shell.Ended ended =
                run("run", "--kernel", kernel.toString(), "--serial", "file:" + log, "--max-steps", "10", "--quiet");

        assertEquals(ExitCode.GOOD, ended.exitCode(), ended.err());
        assertThat(log).exists();
        assertThat(ended.err()).isEmpty();
    }

    @Test
    void aNameThatIsNotGivenIsTheGuestsAndTheDates() {
        Path name = TraceName.of(
                java.util.Optional.empty(),
                "my kernel",
                new Shell(folder).context(System.out, System.err).clock());

        assertEquals(Path.of("my_kernel-20261123-031500.trace"), name);
    }
}

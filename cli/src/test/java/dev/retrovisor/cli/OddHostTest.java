package dev.retrovisor.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Where host code can't be had the guest runs all the same, and one line says why it is slower. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class OddHostTest {
    private static final int KERNEL_BYTES = 4096;

    @TempDir
    private Path folder;

    private Path kernel;

    @BeforeEach
    void writeAKernelThatRests() throws IOException {
        var image = ByteBuffer.allocate(KERNEL_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        image.putInt(0, 0x0000006f); // j to itself
        image.putLong(16, KERNEL_BYTES);
        image.putInt(0x38, 0x05435352); // "RSC\x05"
        kernel = Files.write(folder.resolve("Image"), image.array());
    }

    @Test
    void onAnotherProcessorTheInterpreterRuns() throws Exception {
        assertFallsBack("it writes code for x86-64, and this host is i686", "setarch", "i686");
    }

    @Test
    void whereMemoryForCodeIsRefusedTheInterpreterRuns() throws Exception {
        assertFallsBack("the host refuses memory for code", "prlimit", "--fsize=1000000");
    }

    @Test
    void theInterpreterNeedsNoNotice() throws Exception {
        assertThat(run(List.of("setarch", "i686"), "--engine", "interpreter")).isEmpty();
    }

    private void assertFallsBack(String reason, String... host) throws Exception {
        String notice = "no translator on this host: %s; the interpreter runs instead".formatted(reason);
        assertThat(run(Arrays.asList(host))).containsExactly(notice);
        assertThat(run(Arrays.asList(host), "--engine", "lockstep")).containsExactly(notice);
    }

    /** The lines that a run prints beside its JSON. */
    private List<String> run(List<String> host, String... more) throws Exception {
        Path errors = folder.resolve("errors");
        Path facts = folder.resolve("facts");
        List<String> command = new ArrayList<>(host);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (!flag.startsWith("-javaagent") && !flag.startsWith("-agentlib")) {
                command.add(flag);
            }
        }
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        command.addAll(List.of("-cp", classPath.replace("\n", File.pathSeparator), Main.class.getName()));
        command.addAll(List.of("run", "--kernel", kernel.toString(), "--serial", "null", "--max-steps", "1000"));
        command.addAll(List.of("--format", "json"));
        command.addAll(Arrays.asList(more));
        int exitCode = new ProcessBuilder(command)
                .redirectError(errors.toFile())
                .redirectOutput(facts.toFile())
                .start()
                .waitFor();
        assertEquals(ExitCode.GOOD, exitCode, Files.readString(errors));
        assertThat(Files.readString(facts)).contains("\"engine\": \"interpreter\"", "\"steps\": 1000");
        return Files.readAllLines(errors);
    }
}

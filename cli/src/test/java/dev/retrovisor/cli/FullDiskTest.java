package dev.retrovisor.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.retrovisor.machine.board.MemoryMap;
import dev.retrovisor.machine.isa.Assembler;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code record} in a JVM that may write no file larger than a limit, which fails as a full disk does. */
@EnabledOnOs(OS.LINUX)
class FullDiskTest {
    private static final int HEADER_BYTES = 64;

    /** More than the trace's logs map at their beginning; the guest fills the rest in a few seconds. */
    private static final int ROOM_KIBIBYTES = 8 * 1024;

    /** Writes bytes without a pattern to the serial port, for ever: what is recorded of them can't be packed. */
    private static final String CHATTER = """
                    li s0, UART
                    li s1, 0x2545F491
                    li s2, 0x41C64E6D
            next:
                    mul s1, s1, s2
                    addi s1, s1, 1039
                    srli t0, s1, 24
                    sb t0, 0(s0)
                    j next
            """;

    @TempDir
    private Path folder;

    private Path kernel;
    private Path trace;

    private record Ended(int exitCode, String output) {}

    @BeforeEach
    void writeAKernelThatChatters() throws IOException {
        byte[] program = Assembler.assemble(CHATTER, MemoryMap.RAM, Map.of("UART", MemoryMap.UART))
                .bytes();
        int kernelBytes = HEADER_BYTES + program.length;
        var image = ByteBuffer.allocate(kernelBytes).order(ByteOrder.LITTLE_ENDIAN);
        image.putInt(0, 0x0400006f); // j 0x40, over the header
        image.putLong(16, kernelBytes);
        image.putInt(0x38, 0x05435352); // "RSC\x05"
        image.put(HEADER_BYTES, program);
        kernel = Files.write(folder.resolve("Image"), image.array());
        trace = folder.resolve("chatter.trace");
    }

    private Ended record(int limitKibibytes) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("bash", "-c", "ulimit -f " + limitKibibytes + "; exec \"$@\"", "bash"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (!flag.startsWith("-javaagent") && !flag.startsWith("-agentlib")) {
                command.add(flag);
            }
        }
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        command.addAll(List.of("-cp", classPath.replace("\n", File.pathSeparator), Main.class.getName()));
        command.addAll(List.of("record", "--kernel", kernel.toString(), "-m", "64", "--serial", "null"));
        // Bounds a run that does not notice.
        command.addAll(List.of("--timeout", "120", "-o", trace.toString()));
        Process recorder = new ProcessBuilder(command).redirectErrorStream(true).start();
        recorder.getOutputStream().close();
        String output = new String(recorder.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(recorder.waitFor(), output);
    }

    @Test
    void aDiskThatFillsEndsTheRecordingAndItsTraceReplays() throws Exception {
        Ended recorded = record(ROOM_KIBIBYTES);

        assertEquals(ExitCode.USER_MISTAKE, recorded.exitCode(), recorded.output());
        assertThat(recorded.output()).contains("no space left for the trace, which is good up to here");
        Shell.Ended replayed = new Shell(folder).run("replay", trace.toString(), "--quiet");
        assertEquals(ExitCode.GOOD, replayed.exitCode(), replayed.err());
        Shell.Ended verified = new Shell(folder).run("traceinfo", trace.toString());
        assertThat(verified.out()).contains("no space left for the trace");
    }

    @Test
    void aDiskWithoutRoomForATraceIsReportedAndKeepsNothing() throws Exception {
        Ended recorded = record(100);

        assertEquals(ExitCode.USER_MISTAKE, recorded.exitCode(), recorded.output());
        assertThat(recorded.output()).contains("cannot grow").doesNotContain("a bug in Retrovisor");
        assertThat(trace).doesNotExist();
    }
}

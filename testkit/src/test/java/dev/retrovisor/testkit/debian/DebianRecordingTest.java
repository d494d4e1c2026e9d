package dev.retrovisor.testkit.debian;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.retrovisor.machine.EngineChoice;
import dev.retrovisor.machine.board.PagingMode;
import dev.retrovisor.recorder.StopCause;
import dev.retrovisor.replayer.ReplayResult;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An unmodified Debian kernel, recorded and replayed. */
final class DebianRecordingTest {
    private static final int DISK_BYTES = 8 << 20;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"1, SV48, INTERPRETER, TRANSLATOR", "4, SV57, TRANSLATOR, INTERPRETER"})
    void aReplayOfDebianIsBitIdenticalAlsoOnTheOtherEngine(
            int harts, PagingMode paging, EngineChoice recording, EngineChoice replaying) {
        Path trace = folder.resolve("demo.trace");

        DebianRun run = DebianRun.workload("demo", harts, paging, recording, Optional.of(trace));

        assertThat(run.result().cause()).as(run.console()).isEqualTo(StopCause.POWER_OFF);
        assertThat(run.console())
                .as("the guest lists its own processes and ends its workload well")
                .contains("{init} /bin/sh /init", "[kthreadd]", "workload demo ended with status 0");
        assertSame(run, DebianRun.replay(trace, replaying));
    }

    @ParameterizedTest
    @CsvSource({"1, SV57", "4, SV39"})
    void theEnginesAgreeThroughAWholeRunOfDebian(int harts, PagingMode paging) {
        DebianRun run = DebianRun.workload("demo", harts, paging, EngineChoice.LOCKSTEP, Optional.empty());

        assertThat(run.result().engine()).isEqualTo(EngineChoice.LOCKSTEP);
        assertThat(run.result().cause()).as(run.console()).isEqualTo(StopCause.POWER_OFF);
        assertThat(run.console()).contains("workload demo ended with status 0");
    }

    @Test
    void diskAndNetworkOfARecordingAreReplayedWithoutEither() throws IOException {
        Path disk = folder.resolve("disk.img");
        var content = new byte[DISK_BYTES];
        Arrays.fill(content, 0, 512, (byte) 'd');
        Files.write(disk, content);
        Path trace = folder.resolve("shell.trace");
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] answer = "served by the host\n".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        DebianRun run;
        try {
            run = DebianRun.shell("""
                    wget -q -O - http://10.0.2.2:%d/
                    dd if=/dev/vda bs=1 count=4 2>/dev/null; echo
                    echo written by the guest | dd of=/dev/vda bs=512 seek=3 conv=fsync 2>/dev/null
                    dd if=/dev/vda bs=512 skip=3 count=1 2>/dev/null | head -n 1
                    poweroff -f
                    """.formatted(server.getAddress().getPort()), disk, trace);
        } finally {
            server.stop(0);
        }

        assertThat(run.result().cause()).as(run.console()).isEqualTo(StopCause.POWER_OFF);
        assertThat(run.console()).contains("\nserved by the host\n", "\ndddd\n", "\nwritten by the guest\n");
        assertThat(Files.readAllBytes(disk))
                .as("the base image is never written")
                .isEqualTo(content);
        assertSame(run, DebianRun.replay(trace));
        assertSame(run, DebianRun.replay(trace, EngineChoice.LOCKSTEP));
    }

    private static void assertSame(DebianRun recorded, ReplayResult replayed) {
        assertThat(replayed.divergence()).isEqualTo(Optional.empty());
        assertThat(replayed.outcome()).isEqualTo(ReplayResult.Outcome.END);
        assertThat(replayed.position().step()).isEqualTo(recorded.result().steps());
        assertThat(replayed.deviceEvents()).isEqualTo(recorded.result().deviceEvents());
        assertThat(replayed.inputs()).isEqualTo(recorded.result().inputs());
        assertThat(replayed.fullHashes()).as("the state at the end, at least").isPositive();
    }
}

package dev.retrovisor.testkit.gdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retrovisor.machine.board.PagingMode;
import dev.retrovisor.testkit.debian.HeapGuest;
import dev.retrovisor.testkit.debian.LookGuest;
import dev.retrovisor.testkit.debian.Recording;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scripted sessions of the real gdb-multiarch, with no file on the host. */
final class GdbTest {
    private static final Pattern WHEN = Pattern.compile("(?m)^step ([0-9,]+), boot");
    private static final int SEED = 20261125;

    private static final String BEGIN = "@@ heap begin program=/heap-dynamic pid=";

    private static Recording recording;

    @TempDir
    private Path folder;

    @BeforeAll
    static void record() {
        recording = HeapGuest.recorded(1, PagingMode.SV39);
    }

    /** The steps that {@code monitor when} said, in order. */
    private static List<Long> steps(String said) {
        List<Long> steps = new ArrayList<>();
        for (Matcher when = WHEN.matcher(said); when.find(); ) {
            steps.add(Long.parseLong(when.group(1).replace(",", "")));
        }
        return steps;
    }

    @Test
    void breakpointsOfTheKernelAreMetBackwardsInTheReverseOrder() throws IOException, InterruptedException {
        try (ServedTrace served = ServedTrace.of(folder, recording.trace(), "--at", "98%")) {
            String said = served.gdb("break do_sys_openat2\n"
                    + "continue\nmonitor when\n".repeat(4)
                    + "backtrace\n"
                    + "reverse-continue\nmonitor when\n".repeat(3)
                    + "info threads\n");

            List<Long> steps = steps(said);
            assertThat(steps).as(said).hasSize(7);
            assertThat(steps.subList(4, 7)).isEqualTo(List.of(steps.get(2), steps.get(1), steps.get(0)));
            assertThat(said)
                    .containsPattern("#0 .* in do_sys_openat2 \\(\\)")
                    .containsPattern("do_trap_ecall_u \\(\\)\n#[0-9]+ +<signal handler called>")
                    .containsPattern("Thread 1 .hart 0. \\(.*supervisor mode");
        }
    }

    @Test
    void watchpointsOfTheKernelAreMetBackwardsInTheReverseOrder() throws IOException, InterruptedException {
        try (ServedTrace served = ServedTrace.of(folder, recording.trace(), "--at", "90%")) {
            String said = served.gdb("watch *(long *) &jiffies\n"
                    + "continue\nmonitor when\n".repeat(3)
                    + "reverse-continue\nmonitor when\n".repeat(3));

            List<Long> steps = steps(said);
            assertThat(steps).as(said).hasSize(6);
            // Forwards gdb stands behind the instruction that wrote, backwards before it.
            assertThat(steps.get(3)).isLessThan(steps.get(2)).isGreaterThan(steps.get(1));
            assertThat(steps.get(4)).isLessThan(steps.get(1)).isGreaterThan(steps.get(0));
            assertThat(steps.get(5)).isLessThan(steps.get(0));
            assertThat(said).contains("tick_do_update_jiffies64 ()");
        }
    }

    @Test
    void aStepBackUndoesAStep() throws IOException, InterruptedException {
        try (ServedTrace served = ServedTrace.of(folder, recording.trace(), "--at", "99%")) {
            String said = served.gdb("monitor when\nstepi\nstepi\nmonitor when\nreverse-stepi\nreverse-stepi\n"
                    + "monitor when\nmonitor inspect pslist --pid 1\ninfo os processes\nmonitor seek 50%\nmonitor when\n"
                    + "monitor back\nmonitor nonsense\nset $a0 = 1\n");

            List<Long> steps = steps(said);
            assertThat(steps.get(1)).as(said).isEqualTo(steps.get(0) + 2);
            assertThat(steps.get(2)).isEqualTo(steps.get(0));
            assertThat(steps.get(4)).as("seek says where it went").isEqualTo(steps.get(3));
            assertThat(steps.get(5)).isEqualTo(steps.get(4) - 1);
            assertThat(said)
                    .containsPattern("PID +PPID +NAME")
                    .containsPattern("1 +0 +/bin/sh /init")
                    .contains("no monitor command 'nonsense'")
                    .contains("a recording can't be changed");
        }
    }

    @Test
    void aProgramIsDebuggedBackwardsWithItsOwnSymbols() throws IOException, InterruptedException {
        int pid = Integer.parseInt(recording.line(BEGIN).text().substring(BEGIN.length()));
        try (ServedTrace served = ServedTrace.of(folder, recording.trace(), "--process", Integer.toString(pid))) {
            String said = served.gdb("""
                    break main
                    continue
                    monitor when
                    break leak_small
                    continue
                    backtrace
                    info sharedlibrary
                    info threads
                    stepi
                    reverse-stepi
                    reverse-continue
                    monitor when
                    delete
                    continue
                    reverse-continue
                    """);

            List<Long> steps = steps(said);
            assertThat(steps).as(said).hasSize(2);
            assertThat(steps.get(1)).isEqualTo(steps.get(0));
            assertThat(said)
                    .containsPattern("Breakpoint 1, main \\(argc=1")
                    .containsPattern("#0 .*leak_small \\(\\) at .*heap.c")
                    .containsPattern("#1 .* main \\(")
                    .contains("libc.so.6")
                    .contains("Thread %d.%d".formatted(pid, pid));
            assertThat(said.split("No more reverse-execution history", -1))
                    .as("both ends of its life")
                    .hasSize(3);
        }
    }

    @Test
    void theThreadsOfAProgramGoBackTogetherOnSeveralHarts() throws IOException, InterruptedException {
        Recording look = LookGuest.recorded(4, PagingMode.SV39);
        String actor = "@@ fact actor name=threads pid=";
        String pid = look.line(actor).text().substring(actor.length());
        try (ServedTrace served = ServedTrace.of(folder, look.trace(), "--process", pid)) {
            String said = served.gdb("""
                    monitor when
                    print (long) $pc
                    stepi
                    stepi
                    reverse-stepi
                    reverse-stepi
                    print (long) $pc
                    continue
                    info threads
                    reverse-stepi
                    reverse-continue
                    monitor when
                    """);

            List<Long> steps = steps(said);
            assertThat(steps).as(said).hasSize(2);
            assertThat(steps.get(1)).as("where the program begins").isEqualTo(steps.get(0));
            assertThat(said)
                    .containsPattern("(?s)\\$1 = ([0-9]+)\n.*\\$2 = \\1\n")
                    .containsPattern("Thread %s.%s .look-threads.* in pause \\(\\)".formatted(pid, pid))
                    .containsPattern("Thread %s.[0-9]+ .t-reading.* in read \\(\\)".formatted(pid));
        }
    }

    @Test
    void aRunBackwardsIsInterrupted() throws IOException, InterruptedException {
        try (ServedTrace served = ServedTrace.of(folder, recording.trace())) {
            // Nothing is ever executed there: it would go back to the beginning.
            String said = served.gdb("""
                    monitor when
                    hbreak *0xffffffff80000000
                    python
                    import os, signal, threading
                    threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
                    end
                    reverse-continue
                    monitor when
                    """);

            assertThat(said).containsPattern("received signal SIGINT|No more reverse-execution history");
            assertThat(served.isAlive()).isTrue();
        }
    }

    @Test
    void noBytesEndTheServerAndASecondClientIsRefused() throws IOException, InterruptedException {
        try (ServedTrace served = ServedTrace.of(folder, recording.trace(), "--at", "10%")) {
            var random = new Random(SEED);
            for (int i = 0; i < 20; i++) {
                try (Socket client = new Socket(InetAddress.getLoopbackAddress(), served.port())) {
                    OutputStream out = client.getOutputStream();
                    for (int j = 0; j < 200; j++) {
                        out.write(noise(random));
                    }
                } catch (IOException _) {
                    // Refused, since the one before is still being taken leave of; or closed for what it sent.
                }
            }
            String said = served.gdb("monitor when\n");
            for (int i = 0; i < 50 && steps(said).isEmpty(); i++) {
                Thread.sleep(100);
                said = served.gdb("monitor when\n");
            }
            assertThat(steps(said)).as(served.log()).hasSize(1);
            assertThat(served.log()).doesNotContain("a bug in Retrovisor");

            try (Socket first = new Socket(InetAddress.getLoopbackAddress(), served.port());
                    Socket second = new Socket(InetAddress.getLoopbackAddress(), served.port())) {
                assertThat(second.getInputStream().read())
                        .as("end of the second's stream")
                        .isEqualTo(-1);
                assertThat(first.isConnected()).isTrue();
            }
            assertThat(served.log()).contains("is refused: one at a time");
        }
    }

    /** Packets of known kinds with wild arguments, broken ones, and plain noise; nothing that runs the machine. */
    private static byte[] noise(Random random) {
        List<String> names = List.of(
                "m",
                "M",
                "X",
                "p",
                "P",
                "g",
                "G",
                "H",
                "T",
                "Z",
                "z",
                "?",
                "qSupported",
                "qXfer:",
                "qXfer:threads:read::",
                "qXfer:features:read:target.xml:",
                "vFile:open:",
                "vFile:pread:",
                "vFile:fstat:",
                "qRcmd,",
                "qCRC:",
                "vCont?",
                "vCont;",
                "qThreadExtraInfo,",
                "vMustReplyEmpty",
                "qfThreadInfo",
                "QPassSignals:");
        var body = new StringBuilder(names.get(random.nextInt(names.size())));
        int length = random.nextInt(24);
        for (int i = 0; i < length; i++) {
            body.append(
                    random.nextInt(8) == 0
                            ? (char) random.nextInt(256)
                            : "0123456789abcdef,:;=-+p.".charAt(random.nextInt(24)));
        }
        String text = body.toString().replaceAll("[$#\3]", "0");
        int sum = 0;
        for (int i = 0; i < text.length(); i++) {
            sum += text.charAt(i);
        }
        String frame = random.nextInt(6) == 0 ? text : "$%s#%02x".formatted(text, sum & 0xff);
        return frame.getBytes(StandardCharsets.ISO_8859_1);
    }
}

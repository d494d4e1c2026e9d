package dev.retrovisor.testkit.look;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Pipes, System V, POSIX queues and signals: beside the guest's /proc, and what its programs know. */
final class IpcTest {
    @LookTest
    void pipesHaveTheirBytesAndBothEndsHolders(Look look) {
        Map<String, String> fact =
                look.truth().fact("pipe", "writer", "" + look.truth().actor("pipes"));

        Row pipe = pipeOf(look, "writers", fact.get("writer"), fact.get("fd"));

        assertThat(pipe.words("bytes", "content")).isEqualTo("11 hello pipe\n");
        assertThat(pipe.text("readers")).startsWith(fact.get("reader") + "/");
        Map<String, String> more = look.truth().fact("pipes", "fullBytes", "10000");
        assertThat(pipeOf(look, "readers", fact.get("writer"), more.get("fifo")).words("path", "bytes", "content"))
                .isEqualTo("/tmp/look.fifo 11 in the fifo");
        assertThat(pipeOf(look, "writers", fact.get("writer"), more.get("wide")).words("bytes", "buffers"))
                .as("packets keep their ends")
                .isEqualTo("18 3/64");
        assertThat(pipeOf(look, "writers", fact.get("writer"), more.get("full")).number("bytes"))
                .isEqualTo(10000);
    }

    private static Row pipeOf(Look look, String end, String pid, String fd) {
        return look.rows("pipes").stream()
                .filter(row -> List.of(row.text(end).split(" ")).contains(pid + "/" + fd))
                .findFirst()
                .orElseThrow();
    }

    @LookTest
    void systemVObjectsAreThoseOfProc(Look look) {
        String first = look.truth().links("/proc/1/ns").get("ipc");
        List<Row> rows = look.rows("sysvipc").stream()
                .filter(row -> first.equals("ipc:[%d]".formatted(row.number("namespace"))))
                .toList();

        // Columns of /proc/sysvipc: key id perms, then cbytes qnum; nsems; size cpid lpid nattch.
        assertThat(found(rows, "QUEUE", row -> row.words("bytes", "value")))
                .containsExactlyInAnyOrderElementsOf(table(look, "msg", 3, 4));
        assertThat(found(rows, "SET", row -> row.text("value")))
                .containsExactlyInAnyOrderElementsOf(table(look, "sem", 3));
        assertThat(found(rows, "SEGMENT", row -> row.words("bytes", "value")))
                .containsExactlyInAnyOrderElementsOf(table(look, "shm", 3, 6));
    }

    private static List<String> found(List<Row> rows, String kind, java.util.function.Function<Row, String> what) {
        return rows.stream()
                .filter(row -> row.text("kind").equals(kind))
                .map(row -> "%d %d %s %s"
                        .formatted(
                                row.number("key"),
                                row.number("id"),
                                Long.toOctalString(row.number("mode")),
                                what.apply(row)))
                .toList();
    }

    private static List<String> table(Look look, String name, int... columns) {
        return look.truth().lines("/proc/sysvipc/" + name).stream()
                .skip(1)
                .map(line -> line.strip().split(" +"))
                .map(words -> Stream.concat(
                                Stream.of(words[0], words[1], words[2]),
                                Arrays.stream(columns).mapToObj(column -> words[column]))
                        .collect(Collectors.joining(" ")))
                .toList();
    }

    @LookTest
    void bothIpcNamespacesHaveTheirMessagesWaitersAndAttachedProcesses(Look look) {
        for (String where : List.of("host", "elsewhere")) {
            Map<String, String> fact = look.truth().fact("sysv", "where", where);
            String namespace =
                    look.truth().links("/proc/%s/ns".formatted(fact.get("pid"))).get("ipc");
            List<Row> rows = look.rows("sysvipc").stream()
                    .filter(row -> namespace.equals("ipc:[%d]".formatted(row.number("namespace"))))
                    .toList();

            assertThat(of(rows, "MESSAGE").map(row -> row.words("number", "value", "bytes", "content")))
                    .as(where)
                    .containsExactly("0 7 18 seven of the queue", "1 1 3 one");
            assertThat(of(rows, "SEMAPHORE").map(row -> row.words("number", "value")))
                    .containsExactly("0 4", "1 5", "2 6");
            assertThat(of(rows, "SEMAPHORE").toList().get(1).text("processes")).startsWith(fact.get("semwaiter"));
            assertThat(of(rows, "QUEUE").findFirst().orElseThrow().text("processes"))
                    .startsWith(fact.get("msgwaiter"));
            assertThat(of(rows, "SEGMENT")
                            .findFirst()
                            .orElseThrow()
                            .text("processes")
                            .split(" "))
                    .contains(fact.get("pid"), fact.get("attached"));
        }
    }

    private static Stream<Row> of(List<Row> rows, String kind) {
        return rows.stream().filter(row -> row.text("kind").equals(kind));
    }

    @LookTest
    void posixQueuesHaveTheirMessagesByPriorityAndTheirWaiters(Look look) {
        Map<String, String> fact =
                look.truth().fact("mqueue", "pid", "" + look.truth().actor("mqueues"));
        List<Row> rows = look.rows("mqueues");

        assertThat(rows.stream()
                        .filter(row -> row.text("queue").equals("/look-full"))
                        .map(row -> row.words("number", "priority", "bytes", "content")))
                .containsExactly("-1 0 23 ", "0 9 11 urgent mail", "1 1 3 low", "2 1 9 low again");
        assertThat(rows.stream()
                        .filter(row -> row.text("queue").equals("/look-empty"))
                        .map(row -> row.words("messages", "receivers")))
                .containsExactly("0 " + fact.get("waiter"));
    }

    @LookTest
    void futexesHaveTheirWaiters(Look look) {
        Map<String, String> fact =
                look.truth().fact("futex", "pid", "" + look.truth().actor("futexes"));
        List<String> waiters = look.rows("futexes").stream()
                .filter(row -> Long.decode(fact.get("shared")) == row.number("address"))
                .map(row -> row.text("tid"))
                .toList();
        List<String> threads = look.rows("futexes").stream()
                .filter(row -> Long.decode(fact.get("private")) == row.number("address"))
                .map(row -> row.text("tid"))
                .toList();
        int pid = Integer.parseInt(fact.get("pid"));

        assertThat(waiters).containsExactlyInAnyOrder(fact.get("first"), fact.get("second"));
        assertThat(threads).containsExactlyInAnyOrder("" + (pid + 3), "" + (pid + 4));
    }

    @LookTest
    void signalsAreThoseOfProc(Look look) {
        for (Row row : look.rows("signals")) {
            Map<String, String> status = ProcFiles.named(
                    look.truth(), "/proc/%d/task/%d/status".formatted(row.number("pid"), row.number("tid")));
            assertThat(mask(row, "pending")).as("%s", row).isEqualTo(status.get("SigPnd"));
            assertThat(mask(row, "processPending")).as("%s", row).isEqualTo(status.get("ShdPnd"));
            assertThat(mask(row, "blocked")).as("%s", row).isEqualTo(status.get("SigBlk"));
            assertThat(mask(row, "ignored")).as("%s", row).isEqualTo(status.get("SigIgn"));
            assertThat(mask(row, "caught")).as("%s", row).isEqualTo(status.get("SigCgt"));
        }
        Row signals =
                look.rowsByPid("signals").get(look.truth().actor("signals")).getFirst();
        assertThat(signals.text("processPending"))
                .as("queued signals count")
                .isEqualTo("[SIGUSR2, SIGRTMIN+1, SIGRTMIN+1]");
    }

    private static String mask(Row row, String column) {
        long mask = 0;
        for (Object name : (List<?>) row.value(column)) {
            if (name.equals("all")) {
                mask = -1;
            } else if (((String) name).startsWith("-")) {
                mask &= ~(1L << signal(((String) name).substring(1)) - 1);
            } else {
                mask |= 1L << signal((String) name) - 1;
            }
        }
        return "%016x".formatted(mask);
    }

    /** Numbers of signal(7), for all architectures but a few old ones. */
    private static int signal(String name) {
        List<String> names = List.of(
                "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE",
                "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ",
                "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS");
        int known = names.indexOf(name.substring("SIG".length()));
        if (known >= 0) {
            return known + 1;
        }
        // The C library keeps the first two of the kernel's real-time signals, 32 and 33.
        String number = name.replaceFirst("SIGRTMIN\\+?|SIG_?", "");
        return name.startsWith("SIGRTMIN")
                ? 34 + (number.isEmpty() ? 0 : Integer.parseInt(number))
                : Integer.parseInt(number);
    }
}

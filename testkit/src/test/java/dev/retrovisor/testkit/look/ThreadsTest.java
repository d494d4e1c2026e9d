package dev.retrovisor.testkit.look;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Threads, what they wait for, and their stacks in the kernel and in programs: beside the guest's /proc. */
final class ThreadsTest {
    /** Runs whenever it likes, also between the guest's look and ours. */
    private static final String RESTLESS = "rcu_sched";

    @LookTest
    void threadsAreThoseOfProc(Look look) {
        Map<String, String> expected = new LinkedHashMap<>();
        for (int pid : look.truth().processes()) {
            for (int tid : look.truth().below("/proc/%d/task".formatted(pid))) {
                String folder = "/proc/%d/task/%d/".formatted(pid, tid);
                String wchan = look.truth().file(folder + "wchan").strip();
                expected.put(
                        pid + " " + tid,
                        isRestless(look, pid)
                                ? "anything"
                                : ProcFiles.stat(look.truth(), folder + "stat").get(3)
                                        + " "
                                        + (wchan.equals("0") ? "" : wchan));
            }
        }
        Map<String, String> found = new LinkedHashMap<>();
        for (Row row : look.rows("threads")) {
            found.put(
                    row.words("pid", "tid"),
                    isRestless(look, (int) row.number("pid")) ? "anything" : row.words("state", "waitsIn"));
        }

        assertThat(found).hasSizeGreaterThan(80).isEqualTo(expected);
    }

    /** Who tells the truth runs meanwhile. */
    private static boolean isRestless(Look look, int pid) {
        return pid == look.truth().teller()
                || ProcFiles.stat(look.truth(), "/proc/%d/stat".formatted(pid))
                        .get(2)
                        .equals(RESTLESS);
    }

    @LookTest
    void kernelStacksAreThoseOfProc(Look look) {
        Map<String, List<Row>> stacks = look.rows("threads").stream()
                .filter(row -> row.text("stack").equals("KERNEL"))
                .collect(Collectors.groupingBy(row -> row.words("pid", "tid")));
        int compared = 0;
        for (int pid : look.truth().processes()) {
            for (int tid : look.truth().below("/proc/%d/task".formatted(pid))) {
                List<String> expected = look.truth().lines("/proc/%d/task/%d/stack".formatted(pid, tid)).stream()
                        .map(line -> line.replaceFirst("^\\[<0>\\] ", "").replaceFirst("/0x[0-9a-f]+", ""))
                        .toList();
                if (isRestless(look, pid) || expected.isEmpty()) {
                    continue;
                }
                List<String> found = stacks.get(pid + " " + tid).stream()
                        .map(row -> row.text("where"))
                        .toList();
                // /proc leaves out the scheduler's own frames, which are the innermost.
                assertThat(found).as("kernel stack of thread %d", tid).endsWith(expected.toArray(String[]::new));
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(80);
    }

    @LookTest
    void userStacksNameTheProgramsFunctions(Look look) {
        int pid = look.truth().actor("threads");
        Map<String, List<String>> functions = look.rowsByPid("threads").get(pid).stream()
                .filter(row -> row.text("stack").equals("USER"))
                .collect(Collectors.groupingBy(
                        row -> row.text("name"),
                        Collectors.mapping(row -> row.text("where").replaceFirst("[+ ].*", ""), Collectors.toList())));

        assertThat(functions.get("t-locked")).contains("lock_waiter", "start_thread");
        assertThat(functions.get("t-asleep")).contains("sleeper", "start_thread");
        assertThat(functions.get("t-reading")).contains("reader", "start_thread");
        assertThat(functions.get("look-threads")).contains("pause", "main").doesNotContain("start_thread");
    }
}

package dev.retrovisor.testkit.look;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retrovisor.introspect.inspect.Inspection.Scope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Processes, what they were started with, where they live and what they have mapped: beside the guest's /proc. */
final class ProcessesTest {
    /** The state of who tells the truth: it ran while it asked, and may wait for its line to be printed. */
    private static final String TELLER = "tells";

    @LookTest
    void processesAreThoseOfProc(Look look) {
        Map<Integer, String> expected = new TreeMap<>();
        for (int pid : look.truth().processes()) {
            Map<String, String> status = ProcFiles.named(look.truth(), "/proc/%d/status".formatted(pid));
            List<String> stat = ProcFiles.stat(look.truth(), "/proc/%d/stat".formatted(pid));
            String uid = status.get("Uid").split("\t")[0];
            String gid = status.get("Gid").split("\t")[0];
            String state = pid == look.truth().teller() ? TELLER : stat.get(3);
            expected.put(
                    pid,
                    String.join(" ", stat.get(2), stat.get(4), state, uid, gid, status.get("Threads"), stat.get(39)));
        }

        Map<Integer, String> found = new TreeMap<>();
        for (Row row : look.rows("pslist")) {
            int pid = (int) row.number("pid");
            String state = pid == look.truth().teller() ? TELLER : row.text("state");
            found.put(
                    pid, String.join(" ", row.words("name", "ppid"), state, row.words("uid", "gid", "threads", "cpu")));
        }

        assertThat(found).isEqualTo(expected);
        assertThat(look.kernel().damage().notes()).isEmpty();
    }

    @LookTest
    void processesStartedWhenProcSays(Look look) {
        for (Row row : look.rows("pslist")) {
            long hundredths = Long.parseLong(ProcFiles.stat(look.truth(), "/proc/%d/stat".formatted(row.number("pid")))
                    .get(22));
            assertThat(row.number("startNanos") / 10_000_000).as(row.toString()).isEqualTo(hundredths);
        }
    }

    @LookTest
    void theTreeOfProcessesHasEachOnceBelowItsParent(Look look) {
        List<Row> rows = look.rows("pstree");

        assertThat(rows.stream().map(row -> (int) row.number("pid")).sorted().toList())
                .isEqualTo(look.truth().processes());
        Map<Long, Long> open = new TreeMap<>();
        for (Row row : rows) {
            long depth = row.number("depth");
            open.put(depth, row.number("pid"));
            if (depth > 0) {
                assertThat(row.number("ppid")).as(row.toString()).isEqualTo(open.get(depth - 1));
            }
        }
    }

    @LookTest
    void argumentsAndEnvironmentsAreThoseOfProc(Look look) {
        Map<Integer, List<Row>> variables = look.rowsByPid("envars");
        for (Row row : look.rows("psaux")) {
            int pid = (int) row.number("pid");
            assertThat(row.value("arguments"))
                    .as(row.toString())
                    .isEqualTo(ProcFiles.strings(look.truth(), "/proc/%d/cmdline".formatted(pid)));
            assertThat(row.text("program"))
                    .as(row.toString())
                    .isEqualTo(look.truth().links("/proc/%d".formatted(pid)).getOrDefault("exe", ""));
            List<String> environment = variables.getOrDefault(pid, List.of()).stream()
                    .map(each -> each.text("variable") + "=" + each.text("value"))
                    .toList();
            String path = "/proc/%d/environ".formatted(pid);
            assertThat(environment)
                    .as(row.toString())
                    .isEqualTo(look.truth().find(path).isPresent() ? ProcFiles.strings(look.truth(), path) : List.of());
        }
    }

    @LookTest
    void mapsAreThoseOfProc(Look look) {
        Map<Integer, List<Row>> rows = look.rowsByPid("maps");
        int compared = 0;
        for (int pid : look.truth().processes()) {
            List<String> expected = look.truth().lines("/proc/%d/maps".formatted(pid)).stream()
                    .map(line -> line.replaceAll("  +", " ").strip())
                    .toList();
            List<String> found = rows.getOrDefault(pid, List.of()).stream()
                    .map(ProcessesTest::mapsLine)
                    .toList();
            assertThat(found).as("maps of process %d", pid).isEqualTo(expected);
            compared += found.size();
        }
        assertThat(compared).isGreaterThan(250);
    }

    private static String mapsLine(Row row) {
        return "%08x-%08x %s %08x %s %d %s"
                .formatted(
                        row.number("start"),
                        row.number("end"),
                        row.text("permissions"),
                        row.number("offset"),
                        row.text("device"),
                        row.number("inode"),
                        row.text("path"))
                .strip();
    }

    @LookTest
    void namespacesAndCgroupsAreThoseOfProc(Look look) {
        for (Row row : look.rows("namespaces")) {
            int pid = (int) row.number("pid");
            if (row.number("mntNamespace") == 0) {
                assertThat(look.truth().links("/proc/%d/ns".formatted(pid)))
                        .as("a dead process is in none: %s", row)
                        .doesNotContainKey("mnt");
                continue;
            }
            Map<String, String> found = new LinkedHashMap<>();
            for (String kind : List.of("mnt", "uts", "ipc", "pid", "net", "user", "cgroup", "time")) {
                found.put(kind, "%s:[%d]".formatted(kind, row.number(kind + "Namespace")));
            }
            Map<String, String> expected = new LinkedHashMap<>(look.truth().links("/proc/%d/ns".formatted(pid)));
            expected.remove("pid_for_children");
            assertThat(found).as(row.toString()).isEqualTo(expected);
            assertThat("0::" + row.text("cgroup"))
                    .isEqualTo(
                            look.truth().file("/proc/%d/cgroup".formatted(pid)).strip());
        }
    }

    @LookTest
    void aContainerIsKnownByItsCgroup(Look look) {
        Map<String, String> fact =
                look.truth().fact("container", "pid", "" + look.truth().actor("container"));

        List<String> contained = new ArrayList<>();
        for (Row row : look.rows("namespaces")) {
            if (row.has("container")) {
                assertThat(row.text("container")).isEqualTo(fact.get("id"));
                contained.add(row.text("pid"));
            }
        }

        assertThat(contained).containsExactlyInAnyOrder(fact.get("pid"), fact.get("inner"));
    }

    @LookTest
    void oneProcessCanBeAskedFor(Look look) {
        int pid = look.truth().actor("threads");

        assertThat(look.rows("pslist", new Scope(pid)))
                .singleElement()
                .satisfies(row -> assertThat(row.words("pid", "threads")).isEqualTo(pid + " 4"));
    }
}

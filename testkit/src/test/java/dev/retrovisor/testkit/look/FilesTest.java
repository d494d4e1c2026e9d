package dev.retrovisor.testkit.look;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retrovisor.testkit.debian.Truth;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Open files, mounts, modules and the log: beside the guest's /proc. */
final class FilesTest {
    private static final int O_CLOEXEC = 02000000;

    @LookTest
    void openFilesAreThoseOfProc(Look look) {
        Map<Integer, List<Row>> rows = look.rowsByPid("lsof");
        int compared = 0;
        for (int pid : look.truth().processes()) {
            Map<String, String> expected = new TreeMap<>();
            look.truth().links("/proc/%d/fd".formatted(pid)).forEach((fd, target) -> {
                Map<String, String> info = ProcFiles.named(look.truth(), "/proc/%d/fdinfo/%s".formatted(pid, fd));
                expected.put(
                        fd,
                        "%s at %s, flags 0%s, inode %s"
                                .formatted(
                                        Truth.text(target),
                                        info.get("pos"),
                                        Long.toOctalString(Long.parseLong(info.get("flags"), 8)),
                                        info.get("ino")));
            });
            Map<String, String> found = new TreeMap<>();
            for (Row row : rows.getOrDefault(pid, List.of())) {
                if (row.number("tid") == pid) {
                    found.put(row.text("fd"), describe(row));
                }
            }
            assertThat(found).as("open files of process %d", pid).isEqualTo(expected);
            compared += found.size();
        }
        assertThat(compared).isGreaterThan(180);
        assertThat(look.kernel().damage().notes()).isEmpty();
    }

    private static String describe(Row row) {
        // What a socket or a counter is stands behind what /proc says.
        String path = row.text("path").replaceFirst("^((socket|anon_inode|pipe|pidfd):\\S+) .*$", "$1");
        long flags = row.number("flags") | ((boolean) row.value("closeOnExec") ? O_CLOEXEC : 0);
        return "%s at %d, flags 0%s, inode %d"
                .formatted(path, row.number("position"), Long.toOctalString(flags), row.number("inode"));
    }

    @LookTest
    void mountsAreThoseOfProc(Look look) {
        Map<Long, List<String>> found = new LinkedHashMap<>();
        for (Row row : look.rows("mountinfo")) {
            String line = "%s %s %s %s %s %s - %s %s"
                    .formatted(
                            row.text("id"),
                            row.text("parent"),
                            row.text("device"),
                            row.text("root"),
                            row.text("mountPoint"),
                            row.text("options"),
                            row.text("type"),
                            row.text("source"));
            found.computeIfAbsent(row.number("namespace"), _ -> new ArrayList<>())
                    .add(line);
        }
        Set<Long> compared = new HashSet<>();
        for (Row row : look.rows("namespaces")) {
            long namespace = row.number("mntNamespace");
            String path = "/proc/%d/mountinfo".formatted(row.number("pid"));
            // Threads of the kernel may have a root below which /proc shows no more.
            if (look.truth().links("/proc/%d".formatted(row.number("pid"))).containsKey("exe")
                    && compared.add(namespace)) {
                List<String> expected = look.truth().lines(path).stream()
                        // The file system's own options, which we do not decode, and \040 for a blank.
                        .map(line -> line.replaceFirst(" \\S+$", "").replace("\\x5c040", " "))
                        .toList();
                assertThat(found.get(namespace)).as(path).isEqualTo(expected);
            }
        }
        assertThat(compared).hasSizeGreaterThan(1);
    }

    @LookTest
    void modulesAreThoseOfProc(Look look) {
        List<String> expected = look.truth().lines("/proc/modules").stream()
                .map(line -> line.replaceAll(" +", " ").strip())
                .toList();

        List<String> found = look.rows("lsmod").stream()
                .map(row -> {
                    List<?> users = (List<?>) row.value("usedBy");
                    String usedBy = users.isEmpty()
                            ? "-"
                            : String.join(
                                            ",",
                                            users.stream().map(Object::toString).toList()) + ",";
                    return "%s %d %d %s %s 0x%016x"
                            .formatted(
                                    row.text("name"),
                                    row.number("sizeBytes"),
                                    row.number("references"),
                                    usedBy,
                                    row.text("state"),
                                    row.number("address"));
                })
                .toList();

        assertThat(found).isNotEmpty().isEqualTo(expected);
    }

    @LookTest
    void theLogIsThatOfKmsg(Look look) {
        List<String> expected = look.truth().lines("/dev/kmsg").stream()
                // Lines that begin with a blank say what the line before is about.
                .filter(line -> !line.startsWith(" "))
                .map(line -> line.replaceFirst("^[0-9]+,([0-9]+),([0-9]+),[^;]*;", "$1 $2 "))
                .toList();

        List<String> found = look.rows("kmsg").stream()
                .map(row -> "%d %d %s"
                        .formatted(row.number("sequence"), row.number("nanos") / 1000, escaped(row.text("text"))))
                .toList();

        assertThat(found).hasSizeGreaterThan(150).isEqualTo(expected);
    }

    /** As the kernel writes a record, and then the guest's program what the kernel wrote. */
    private static String escaped(String text) {
        var escaped = new StringBuilder();
        for (byte each : text.getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
            int value = each & 0xff;
            escaped.append(value < ' ' || value > '~' || value == '\\' ? "\\x5cx%02x".formatted(value) : (char) value);
        }
        return escaped.toString();
    }
}

package dev.retrovisor.testkit.look;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The kernel's allocators and the memory of processes: beside the guest's /proc. */
final class KernelMemoryTest {
    /** Objects that may have come and gone between the guest's look and ours, of all. */
    private static final int MOVED_OBJECTS = 40;

    @LookTest
    void slabCachesAreThoseOfSlabinfo(Look look) {
        Map<String, String> expected = new LinkedHashMap<>();
        Map<String, Long> active = new LinkedHashMap<>();
        for (String line : look.truth()
                .lines("/proc/slabinfo")
                .subList(2, look.truth().lines("/proc/slabinfo").size())) {
            String[] words = line.split(" +");
            expected.put(words[0], "%s objects of %s bytes in %s slabs".formatted(words[2], words[3], words[14]));
            active.put(words[0], Long.parseLong(words[1]));
        }
        Map<String, String> found = new LinkedHashMap<>();
        long moved = 0;
        for (Row row : look.rows("slabs")) {
            found.put(
                    row.text("name"),
                    "%d objects of %d bytes in %d slabs"
                            .formatted(row.number("objects"), row.number("slotBytes"), row.number("slabs")));
            // slabinfo counts as active what processors keep at hand.
            moved += Math.abs(row.number("live") + row.number("cpuFree") - active.get(row.text("name")));
            assertThat(row.number("live") + row.number("free")).as("%s", row).isEqualTo(row.number("objects"));
        }
        assertThat(found).hasSizeGreaterThan(150).isEqualTo(expected);
        assertThat(moved).isLessThanOrEqualTo(MOVED_OBJECTS);
        assertThat(look.kernel().damage().notes()).isEmpty();
    }

    @LookTest
    void freeBlocksAreThoseOfBuddyinfo(Look look) {
        Map<String, List<String>> found = new LinkedHashMap<>();
        for (Row row : look.rows("buddy")) {
            found.computeIfAbsent(row.text("zone"), _ -> new ArrayList<>()).add(row.text("free"));
            assertThat(row.number("listed")).as("%s", row).isEqualTo(row.number("free"));
        }
        Map<String, List<String>> expected = new LinkedHashMap<>();
        for (String line : look.truth().lines("/proc/buddyinfo")) {
            String[] words = line.split("[ ,]+");
            expected.put(words[3], List.of(words).subList(4, words.length));
        }

        assertThat(found).isEqualTo(expected);
    }

    @LookTest
    void areasOfVmallocAreThoseOfVmallocinfo(Look look) {
        List<String> expected = look.truth().lines("/proc/vmallocinfo").stream()
                .filter(line -> !line.contains("unpurged") && !line.contains("vm_map_ram"))
                .map(line -> line.split(" +"))
                .map(words -> "%s %s %s".formatted(words[0], words[1], words[2].replaceFirst("(\\+0x0)?/.*", "")))
                .toList();

        List<String> found = look.rows("vmalloc").stream()
                .map(row -> "0x%016x-0x%016x %d %s"
                        .formatted(row.number("start"), row.number("end"), row.number("sizeBytes"), row.text("caller")))
                .toList();

        // The kernel lists them node by node of its own.
        assertThat(found)
                .hasSizeGreaterThan(80)
                .isSorted()
                .isEqualTo(expected.stream().sorted().toList());
    }

    @LookTest
    void memoryOfProcessesIsThatOfSmaps(Look look) {
        int compared = 0;
        for (Row row : look.rows("memsum")) {
            int pid = (int) row.number("pid");
            String path = "/proc/%d/smaps_rollup".formatted(pid);
            if (pid == look.truth().teller() || look.truth().find(path).isEmpty()) {
                continue;
            }
            Map<String, String> smaps = ProcFiles.named(look.truth(), path);
            Map<String, String> status = ProcFiles.named(look.truth(), "/proc/%d/status".formatted(pid));
            assertThat(row.number("sizeBytes")).as("%s", row).isEqualTo(ProcFiles.bytes(status.get("VmSize")));
            assertThat(row.number("pageTableBytes")).as("%s", row).isEqualTo(ProcFiles.bytes(status.get("VmPTE")));
            assertThat(row.number("rssBytes")).as("%s", row).isEqualTo(ProcFiles.bytes(smaps.get("Rss")));
            assertThat(row.number("anonymousBytes")).as("%s", row).isEqualTo(ProcFiles.bytes(smaps.get("Anonymous")));
            assertThat(row.number("sharedBytes"))
                    .as("%s", row)
                    .isEqualTo(ProcFiles.bytes(smaps.get("Shared_Clean")) + ProcFiles.bytes(smaps.get("Shared_Dirty")));
            assertThat((double) row.number("pssBytes"))
                    .as("%s", row)
                    .isCloseTo(ProcFiles.bytes(smaps.get("Pss")), within(4096.0));
            compared++;
        }
        assertThat(compared).isGreaterThan(35);
    }

    @LookTest
    void theSumOfMemoryIsThatOfMeminfo(Look look) {
        Map<String, String> expected = ProcFiles.named(look.truth(), "/proc/meminfo");
        Map<String, Long> found = new LinkedHashMap<>();
        look.rows("meminfo").forEach(row -> found.put(row.text("name"), row.number("bytes")));

        for (String exact : List.of("MemTotal", "SwapTotal", "KernelStack", "AnonPages", "Mapped", "Shmem")) {
            assertThat(found.get(exact)).as(exact).isEqualTo(ProcFiles.bytes(expected.get(exact)));
        }
        assertThat((double) found.get("MemFree"))
                .isCloseTo(ProcFiles.bytes(expected.get("MemFree")), within(1024.0 * 1024));
    }
}

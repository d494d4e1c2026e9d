package dev.retrovisor.testkit.look;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retrovisor.introspect.inspect.Inspection.Scope;
import dev.retrovisor.introspect.inspect.Inspections;
import dev.retrovisor.introspect.kernel.KernelFinder;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.kernel.MachineView;
import dev.retrovisor.machine.board.PagingMode;
import dev.retrovisor.replayer.Replay;
import dev.retrovisor.replayer.ReplayListener;
import dev.retrovisor.replayer.ReplayOptions;
import dev.retrovisor.testkit.debian.LookGuest;
import dev.retrovisor.testkit.debian.Recording;
import dev.retrovisor.testkit.debian.RootkitGuest;
import dev.retrovisor.traces.Manifest.ImageRole;
import dev.retrovisor.traces.TraceReader;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What hides is found, and what does not hide is not accused. */
final class ForensicsTest {
    @LookTest
    void nothingIsFoundInAGuestThatNobodyBrokeInto(Look look) {
        byte[] image = look.replay().trace().image(ImageRole.KERNEL);
        Scope scope = Scope.EVERYTHING.withImage(image);

        assertThat(look.rows("psxview", scope)).hasSizeGreaterThan(80).noneMatch(row -> (boolean) row.value("hidden"));
        assertThat(look.rows("check_modules", scope)).isNotEmpty().noneMatch(row -> (boolean) row.value("hidden"));
        assertThat(look.rows("check_syscall", scope))
                .hasSizeGreaterThan(400)
                .extracting(row -> row.text("verdict"))
                .containsOnly(look.rows("check_syscall", scope).getFirst().text("verdict"));
        assertThat(look.rows("check_text", scope))
                .extracting(row -> row.text("cause"))
                .contains("FTRACE", "JUMP_LABEL")
                .doesNotContain("UNEXPLAINED");
    }

    @LookTest
    void suspiciousMapsAreThoseThatWerePlanted(Look look) {
        Map<String, String> fact =
                look.truth().fact("mappings", "pid", "" + look.truth().actor("mappings"));

        List<String> found = look.rows("malfind").stream()
                .map(row -> "%s 0x%x %s".formatted(row.text("pid"), row.number("start"), row.text("reason")))
                .toList();

        String pid = fact.get("pid");
        assertThat(found)
                .containsExactlyInAnyOrder(
                        "%s %s WRITABLE_AND_EXECUTABLE".formatted(pid, fact.get("rwx")),
                        "%s %s ANONYMOUS_EXECUTABLE".formatted(pid, fact.get("rx")),
                        "%s %s UNLINKED_EXECUTABLE".formatted(pid, fact.get("fileless")));
    }

    @Test
    void aRootkitIsFoundInAllThatItDid() {
        Recording recording = rootkit();
        try (Replay replay = Replay.open(recording.trace(), ReplayOptions.standard())) {
            replay.run(recording.behind(RootkitGuest.MARKER), ReplayListener.SILENT);
            MachineView machine = MachineView.of(replay.machine());
            var kernel = new KernelView(KernelFinder.find(machine), machine);
            Scope scope = Scope.EVERYTHING.withImage(replay.trace().image(ImageRole.KERNEL));

            assertThat(recording.console()).as("ps does not show it").doesNotContainPattern("\n *[0-9]+ victim-number");
            assertThat(rows("psxview", kernel, scope).stream()
                            .filter(row -> (boolean) row.value("hidden"))
                            .map(row -> row.words("pid", "name", "taskList", "pidTable")))
                    .containsExactlyInAnyOrder(
                            victim(recording, "victim-listed") + " victim-listed false true",
                            victim(recording, "victim-number") + " victim-number false false");
            List<Row> calls = rows("check_syscall", kernel, scope);
            String usual = calls.getFirst().text("verdict");
            assertThat(calls.stream().filter(row -> !row.text("verdict").equals(usual)))
                    .singleElement()
                    .satisfies(row -> assertThat(row.text("number")).isEqualTo("174"))
                    .satisfies(row -> assertThat(row.text("handler")).contains("rootkit"));
            assertThat(rows("check_text", kernel, scope).stream()
                            .filter(row -> row.text("cause").equals("UNEXPLAINED")))
                    .singleElement()
                    .satisfies(row -> assertThat(row.text("where")).startsWith("__riscv_sys_acct"));
        }
    }

    /** The guest that is broken into, built for the kernel of the guest that is not. */
    private static Recording rootkit() {
        Recording recording = LookGuest.recorded(1, PagingMode.SV48);
        try (TraceReader trace = TraceReader.open(recording.trace())) {
            return RootkitGuest.recorded(
                    KernelFinder.find(new ImageView(trace.image(ImageRole.KERNEL))), 1, PagingMode.SV39);
        }
    }

    private static String victim(Recording recording, String name) {
        return recording.line("@@ victim " + name).text().replaceFirst(".*pid=", "");
    }

    private static List<Row> rows(String inspection, KernelView kernel, Scope scope) {
        return Row.of(Inspections.named(inspection).orElseThrow(), kernel, scope);
    }
}

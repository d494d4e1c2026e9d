package dev.retrovisor.testkit.debian;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retrovisor.introspect.event.GuestEvent;
import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.ipc.IpcStream;
import dev.retrovisor.introspect.ipc.Sharing;
import dev.retrovisor.introspect.ipc.Transfer;
import dev.retrovisor.introspect.kernel.KernelFinder;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.kernel.MachineView;
import dev.retrovisor.machine.board.PagingMode;
import dev.retrovisor.replayer.Replay;
import dev.retrovisor.replayer.ReplayListener;
import dev.retrovisor.replayer.ReplayOptions;
import dev.retrovisor.replayer.ReplayResult;
import dev.retrovisor.replayer.ReplayTarget;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Processes that talk over every channel, and write down what they sent and got. */
final class IpcStreamTest {
    private static final int PAYLOAD_BYTES = 16;

    /** Before the first process. */
    private static final String START = "boot+0.2s";

    @ParameterizedTest
    @CsvSource({"1, SV48", "4, SV39"})
    void everyMessageIsToldOnceWithTheRightEnds(int harts, PagingMode paging) {
        ChannelsGuest guest = ChannelsGuest.recorded(harts, paging);

        List<GuestEvent> events = events(guest.recording());

        assertThat(sent(events, processes(guest))).containsExactlyInAnyOrderElementsOf(guest.sent());
        assertThat(shared(events)).containsExactlyInAnyOrderElementsOf(guest.shared());
    }

    /** The replay itself proves that nobody was disturbed: its hashes are those of the recording. */
    private static List<GuestEvent> events(Recording recording) {
        var events = new ArrayList<GuestEvent>();
        try (Replay replay = Replay.open(recording.trace(), ReplayOptions.standard())) {
            replay.run(ReplayTarget.parse(START), ReplayListener.SILENT);
            MachineView machine = MachineView.of(replay.machine());
            var kernel = new KernelView(KernelFinder.find(machine), machine);
            try (var watch = new Watch(replay.machine(), kernel, events::add)) {
                new IpcStream(PAYLOAD_BYTES).watch(watch);
                ReplayResult result = replay.run(ReplayTarget.END, ReplayListener.SILENT);
                assertThat(result.outcome()).isEqualTo(ReplayResult.Outcome.END);
                assertThat(watch.notes()).isEmpty();
            }
            assertThat(kernel.damage().notes()).isEmpty();
        }
        return events;
    }

    private static Set<Integer> processes(ChannelsGuest guest) {
        var processes = new HashSet<Integer>();
        for (String line : guest.sent()) {
            String[] words = line.split(" ");
            processes.add(Integer.parseInt(words[1]));
            processes.add(Integer.parseInt(words[2]));
        }
        return processes;
    }

    /** In the guest's own words, between its processes, and between them and what is none. */
    private static List<String> sent(List<GuestEvent> events, Set<Integer> processes) {
        var sums = new TreeMap<String, long[]>();
        for (GuestEvent event : events) {
            if (event instanceof Transfer transfer
                    && (transfer.fromPid() != 0 || transfer.toPid() != 0)
                    && (transfer.fromPid() == 0 || processes.contains(transfer.fromPid()))
                    && (transfer.toPid() == 0 || processes.contains(transfer.toPid()))) {
                String ends = "%d %d".formatted(transfer.fromPid(), transfer.toPid());
                add(sums, transfer.type() + " " + ends, transfer.bytes(), transfer.messages());
                if (!transfer.files().isEmpty()) {
                    add(sums, "files " + ends, 0, transfer.files().size());
                }
            }
        }
        return sums.entrySet().stream()
                .map(each -> "%s %d %d".formatted(each.getKey(), each.getValue()[0], each.getValue()[1]))
                .toList();
    }

    private static void add(TreeMap<String, long[]> sums, String key, long bytes, long messages) {
        long[] sum = sums.computeIfAbsent(key, _ -> new long[2]);
        sum[0] += bytes;
        sum[1] += messages;
    }

    /** All but the memory into which the guest writes its truth. */
    private static List<String> shared(List<GuestEvent> events) {
        return events.stream()
                .filter(Sharing.class::isInstance)
                .map(Sharing.class::cast)
                .filter(each ->
                        each.channel().contains("memfd:") || each.channel().contains("SYSV"))
                .map(each -> "%s %s %d %d"
                        .formatted(
                                each.type(),
                                each.kind(),
                                each.pid(),
                                each.sharers().size()))
                .toList();
    }
}

package dev.retrovisor.testkit.debian;

import dev.retrovisor.machine.board.PagingMode;
import java.util.List;
import java.util.stream.Stream;

/**
 * The guest whose processes talk over every channel: {@code testkit/src/main/guest/channels}, and what it says of that.
 *
 * @param sent "KIND FROM TO BYTES MESSAGES" for each pair of processes
 * @param shared "TYPE KIND PROCESS SHARERS" for each process that began or ceased to share memory
 */
public record ChannelsGuest(Recording recording, List<String> sent, List<String> shared) {
    public static ChannelsGuest recorded(int harts, PagingMode paging) {
        Recording recording = new ProgramGuest("channels", "exec /channels\n")
                .program("channels", "channels")
                .recorded(harts, paging);
        recording.line("@@ channels done");
        return new ChannelsGuest(
                recording,
                told(recording, "@@ sent ").toList(),
                told(recording, "@@ shared ").toList());
    }

    private static Stream<String> told(Recording recording, String start) {
        return recording.lines().stream()
                .map(Recording.Line::text)
                .filter(line -> line.startsWith(start))
                .map(line -> line.substring(start.length()));
    }
}

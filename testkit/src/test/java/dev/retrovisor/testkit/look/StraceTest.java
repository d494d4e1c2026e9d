package dev.retrovisor.testkit.look;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retrovisor.introspect.event.EventStreams;
import dev.retrovisor.introspect.event.GuestEvent;
import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.kernel.KernelFinder;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.kernel.MachineView;
import dev.retrovisor.introspect.syscall.SyscallEvent;
import dev.retrovisor.machine.board.PagingMode;
import dev.retrovisor.replayer.Replay;
import dev.retrovisor.replayer.ReplayListener;
import dev.retrovisor.replayer.ReplayOptions;
import dev.retrovisor.testkit.debian.Recording;
import dev.retrovisor.testkit.debian.ToolsGuest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The stream of system calls beside Debian's own {@code strace -f -yy}, which saw the same calls in the same run. */
final class StraceTest {
    private static final Pattern LINE = Pattern.compile("([0-9]+) +(.*)");
    private static final Pattern RESUMED = Pattern.compile("<\\.\\.\\. \\w+ resumed>(.*)");

    /** Both ends, where we know them; the guest's strace cannot ask, and has the socket's number. */
    private static final Pattern SOCKET = Pattern.compile("<(TCP|UDP|UNIX[A-Z-]*):\\[[^]]*\\]>");

    /** A call that one of the two has no name for. */
    private static final String NUMBERED = "syscall_0x";

    /** Calls whose structures or flags strace writes in other words than we do, of all. */
    private static final double MOST_WORDED_OTHERWISE = 0.1;

    @Test
    void everyCallHasTheNameTheArgumentsAndTheResultThatStraceSaw() {
        Recording recording = ToolsGuest.recorded(1, PagingMode.SV48);
        Map<Integer, List<String>> expected = strace(recording);
        Map<Integer, List<String>> found = ours(recording, expected);

        int calls = 0;
        List<String> otherwise = new ArrayList<>();
        for (Map.Entry<Integer, List<String>> thread : expected.entrySet()) {
            List<String> theirs = thread.getValue();
            List<String> own = found.get(thread.getKey());
            assertThat(own).as("calls of thread %d", thread.getKey()).hasSameSizeAs(theirs);
            for (int i = 0; i < theirs.size(); i++) {
                calls++;
                assertThat(nameAndResult(own.get(i), theirs.get(i)))
                        .as("call %d of thread %d: %s", i, thread.getKey(), own.get(i))
                        .isEqualTo(nameAndResult(theirs.get(i), own.get(i)));
                if (!theirs.get(i).equals(own.get(i))) {
                    otherwise.add("%n  strace %s%n  we     %s".formatted(theirs.get(i), own.get(i)));
                }
            }
        }

        assertThat(calls).isGreaterThan(150);
        assertThat(otherwise.size())
                .as("of %d calls, worded otherwise: %s", calls, otherwise)
                .isLessThanOrEqualTo((int) (calls * MOST_WORDED_OTHERWISE));
    }

    /** What strace wrote, by thread; the halves of calls that others came between put together. */
    private static Map<Integer, List<String>> strace(Recording recording) {
        Map<Integer, List<String>> calls = new LinkedHashMap<>();
        Map<Integer, String> begun = new LinkedHashMap<>();
        List<String> lines = recording.lines().stream()
                .map(Recording.Line::text)
                .dropWhile(line -> !line.startsWith("@@ traced"))
                .skip(1)
                .takeWhile(line -> !line.startsWith("@@"))
                .toList();
        for (String line : lines) {
            Matcher matcher = LINE.matcher(line);
            // Signals and ends of processes are no calls.
            if (matcher.matches() && !matcher.group(2).matches("(---|\\+\\+\\+).*")) {
                int tid = Integer.parseInt(matcher.group(1));
                String text = matcher.group(2);
                if (text.endsWith("<unfinished ...>")) {
                    begun.put(tid, text.substring(0, text.length() - "<unfinished ...>".length()));
                    continue;
                }
                Matcher resumed = RESUMED.matcher(text);
                String whole =
                        resumed.matches() ? begun.remove(tid) + resumed.group(1).strip() : text;
                calls.computeIfAbsent(tid, _ -> new ArrayList<>()).add(plain(whole));
            }
        }
        return calls;
    }

    /** Without strace's columns, its blanks where a call was cut in halves, and the words that it has for errors. */
    private static String plain(String call) {
        String one = call.replaceFirst(" ?\\) += ", ") = ")
                .replaceFirst("( = -1 E[A-Z0-9]+) \\(.*\\)$", "$1")
                .replace(",  ", ", ");
        return SOCKET.matcher(one).replaceAll("<$1>");
    }

    /** Our events of the threads that strace saw, in the same form. */
    private static Map<Integer, List<String>> ours(Recording recording, Map<Integer, List<String>> threads) {
        Map<Integer, List<String>> calls = new LinkedHashMap<>();
        try (Replay replay = Replay.open(recording.trace(), ReplayOptions.standard())) {
            replay.run(recording.behind("@@ tool strace"), ReplayListener.SILENT);
            MachineView machine = MachineView.of(replay.machine());
            var kernel = new KernelView(KernelFinder.find(machine), machine);
            try (var watch = new Watch(replay.machine(), kernel, event -> take(event, threads, calls))) {
                EventStreams.named("syscall").orElseThrow().watch(watch);
                replay.run(recording.behind("@@ traced"), ReplayListener.SILENT);
                assertThat(watch.notes()).isEmpty();
            }
        }
        return calls;
    }

    private static void take(GuestEvent event, Map<Integer, List<String>> threads, Map<Integer, List<String>> calls) {
        int tid = event.at().tid();
        // strace's own child gets ready before it executes the program.
        boolean isTraced = calls.containsKey(tid) || event.type().equals("execve") || !isStrace(event);
        if (event instanceof SyscallEvent call && threads.containsKey(tid) && isTraced) {
            calls.computeIfAbsent(tid, _ -> new ArrayList<>())
                    .add(plain(call.summary().replaceFirst(" <[0-9]+\\.[0-9]+>$", "")));
        }
    }

    private static boolean isStrace(GuestEvent event) {
        return event.at().comm().equals("strace");
    }

    /** Without the name if one of the two has none. */
    private static String nameAndResult(String call, String other) {
        String result = call.replaceFirst("^\\w+\\(.*\\) = ", " = ").replaceFirst("(= (-1 )?[-\\w?]+).*", "$1");
        boolean isNamed = !call.startsWith(NUMBERED) && !other.startsWith(NUMBERED);
        return (isNamed ? call.substring(0, call.indexOf('(')) : "") + result;
    }
}

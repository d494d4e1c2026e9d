package dev.retrovisor.testkit.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.retrovisor.machine.event.InputEvent;
import dev.retrovisor.machine.memory.Ram;
import dev.retrovisor.recorder.MachineObserver;
import dev.retrovisor.recorder.MemoryConsole;
import dev.retrovisor.recorder.RunOptions;
import dev.retrovisor.recorder.RunResult;
import dev.retrovisor.replayer.Replay;
import dev.retrovisor.replayer.ReplayListener;
import dev.retrovisor.replayer.ReplayOptions;
import dev.retrovisor.replayer.ReplayResult.Outcome;
import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.testkit.debian.DebianRun;
import dev.retrovisor.traces.TraceReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What if, on a real Debian: other keys, other memory, or nothing else at all. */
final class DebianBranchTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String SAID = "the-word-in-memory";

    @TempDir
    Path folder;

    private static RunOptions options(Path trace) {
        return RunOptions.unrecorded("retrovisor test").recordedTo(trace).withTimeout(PATIENCE);
    }

    private static String text(MemoryConsole console) {
        return new String(console.output(), StandardCharsets.UTF_8).replace("\r", "");
    }

    @Test
    void otherKeysGiveAnotherOutcomeAndOtherMemoryIsWhatTheGuestSees() {
        Path parent = folder.resolve("parent.trace");
        // The shell keeps the word in a variable; it waits in `read` for a line that never comes, and then ends.
        DebianRun.typing("word=%s; read -t 5 line; echo $word; exit\n".formatted(SAID), 1, parent);
        ReplayTarget waiting = ReplayTarget.parse("boot+3s");

        Path typed = folder.resolve("typed.trace");
        var keys = MemoryConsole.of("\necho $((6 * 7)) of $word; exit\n");
        Branches.leave(parent, waiting, options(typed), keys, _ -> List.of());
        assertTrue(text(keys).contains("\n" + SAID + "\n"), text(keys));

        Path changed = folder.resolve("changed.trace");
        var console = MemoryConsole.of("\n");
        Branches.leave(parent, waiting, options(changed), console, place -> {
            var pokes = new ArrayList<InputEvent.Poke>();
            for (long address : addresses(parent, waiting)) {
                pokes.add(new InputEvent.MemoryPoke(
                        place.position().step(),
                        place.position().virtualNanos(),
                        address,
                        "THE".getBytes(StandardCharsets.US_ASCII)));
            }
            return pokes;
        });
        assertTrue(text(console).contains("\n" + SAID.replaceFirst("the", "THE") + "\n"), text(console));
        assertFalse(text(console).contains("\n" + SAID + "\n"), text(console));

        Path again = folder.resolve("again.trace");
        Branches.leave(changed, ReplayTarget.parse("50%"), options(again), MemoryConsole.of(""), _ -> List.of());
        for (Path each : List.of(typed, changed, again)) {
            assertEquals(Outcome.END, DebianRun.replay(each).outcome(), each.toString());
        }
    }

    /** Where the word lies in memory. */
    private static List<Long> addresses(Path trace, ReplayTarget at) {
        var found = new ArrayList<Long>();
        try (Replay replay = Replay.open(trace, ReplayOptions.standard())) {
            replay.run(at, ReplayListener.SILENT);
            Ram ram = replay.machine().ram();
            byte[] word = SAID.getBytes(StandardCharsets.US_ASCII);
            var page = new byte[4096];
            ram.forEachPresent(number -> {
                ram.readPage(number, page);
                for (int i = 0; i <= page.length - word.length; i++) {
                    if (Arrays.equals(page, i, i + word.length, word, 0, word.length)) {
                        found.add(Ram.BASE + number * page.length + i);
                    }
                }
            });
        }
        return found;
    }

    @Test
    void aDebianOnFourHartsWithTheSameInputsIsTheSameToItsEnd() {
        Path parent = folder.resolve("parent.trace");
        DebianRun run =
                DebianRun.typing("for i in 1 2 3; do head -c 4 /dev/urandom | od -x & done; wait; exit\n", 4, parent);
        RunResult recorded = run.result();
        Path child = folder.resolve("child.trace");
        var console = MemoryConsole.of("");
        RunResult branch =
                Branches.repeat(parent, ReplayTarget.parse("20%"), options(child), console, MachineObserver.NONE);
        assertEquals(recorded.steps(), branch.steps());
        assertEquals(recorded.finalStateHash(), branch.finalStateHash());
        assertTrue(run.console().endsWith(text(console)), "it said the same");
        try (TraceReader reader = TraceReader.open(child)) {
            reader.verifyAll();
        }
    }
}

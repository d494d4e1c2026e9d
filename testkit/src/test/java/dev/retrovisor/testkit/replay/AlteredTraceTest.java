package dev.retrovisor.testkit.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.event.InputEvent;
import dev.retrovisor.replayer.Divergence;
import dev.retrovisor.replayer.Divergence.Kind;
import dev.retrovisor.replayer.ReplayResult;
import dev.retrovisor.replayer.ReplayResult.Outcome;
import dev.retrovisor.traces.BootFiles;
import dev.retrovisor.traces.TraceEntry;
import dev.retrovisor.traces.TraceReader;
import dev.retrovisor.traces.TraceWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is altered in a trace, with its checksums made right again, a replay notices. */
class AlteredTraceTest {
    @TempDir
    Path folder;

    private final List<InputEvent> inputs = new ArrayList<>();
    private final List<TraceEntry> entries = new ArrayList<>();

    @BeforeEach
    void record() {
        Runs.record(EchoGuest.setup(1), folder.resolve("true"), "what is typed q");
        try (var trace = TraceReader.open(folder.resolve("true"));
                var inputCursor = trace.inputs();
                var eventCursor = trace.events()) {
            while (inputCursor.peek() != null) {
                inputs.add(inputCursor.next());
            }
            while (eventCursor.peek() != null) {
                entries.add(eventCursor.next());
            }
        }
    }

    @Test
    void aCopyThatIsNotAlteredReplays() {
        assertEquals(Outcome.END, replayAltered().outcome());
    }

    @Test
    void anotherByteTypedIsNoticedByWhatTheGuestEchoes() {
        alterInputs(InputEvent.ConsoleInput.class, input -> {
            byte[] bytes = input.bytes().clone();
            bytes[0] ^= 1;
            return new InputEvent.ConsoleInput(input.step(), input.virtualNanos(), input.console(), bytes);
        });

        assertEquals(Kind.EVENT_DIFFERS, divergence().kind());
    }

    @Test
    void anInputAtAMomentThatTheMachineDoesNotComeToIsNoticed() {
        alterInputs(
                InputEvent.ConsoleInput.class,
                input -> new InputEvent.ConsoleInput(
                        input.step() + 1, input.virtualNanos(), input.console(), input.bytes()));

        assertEquals(Kind.INPUT_UNREACHABLE, divergence().kind());
    }

    @Test
    void anotherByteShownIsNoticedWithBothSides() {
        int at = device(3);
        var event = (DeviceEvent.ConsoleOutput) ((TraceEntry.Device) entries.get(at)).event();
        entries.set(at, new TraceEntry.Device(new DeviceEvent.ConsoleOutput(event.step(), 0, new byte[] {'!'})));

        Divergence divergence = divergence();

        assertEquals(Kind.EVENT_DIFFERS, divergence.kind());
        assertEquals(at, divergence.entry(), "entry");
        assertEquals(event.step(), divergence.position().step(), "step");
        assertTrue(divergence.recorded().contains("\"!\""), divergence.recorded());
    }

    @Test
    void anEventAtAnotherStepIsNoticed() {
        int at = device(3);
        var event = (DeviceEvent.ConsoleOutput) ((TraceEntry.Device) entries.get(at)).event();
        entries.set(at, new TraceEntry.Device(new DeviceEvent.ConsoleOutput(event.step() + 1, 0, event.bytes())));

        assertEquals(Kind.EVENT_DIFFERS, divergence().kind());
    }

    @Test
    void anEventThatWasLeftOutIsNoticed() {
        entries.remove(device(3));

        assertTrue(List.of(Kind.EVENT_DIFFERS, Kind.EVENT_EXTRA)
                .contains(divergence().kind()));
    }

    @Test
    void anEventThatWasAddedIsNoticed() {
        int last = entries.size() - 1;
        long step = entries.get(last).step();
        entries.add(last, new TraceEntry.Device(new DeviceEvent.ConsoleOutput(step - 1, 0, new byte[] {'!'})));

        assertTrue(List.of(Kind.EVENT_DIFFERS, Kind.EVENT_MISSING)
                .contains(divergence().kind()));
    }

    @Test
    void anotherHashIsNoticedWithTheLastGoodPosition() {
        int last = entries.size() - 1;
        var hash = (TraceEntry.StateHash) entries.get(last);
        entries.set(last, new TraceEntry.StateHash(hash.step(), hash.virtualNanos(), hash.hash() ^ 1, hash.kind()));

        Divergence divergence = divergence();

        assertEquals(Kind.STATE, divergence.kind());
        assertTrue(divergence.lastGood().step() < divergence.position().step(), divergence.report());
    }

    private int device(int number) {
        int seen = 0;
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i) instanceof TraceEntry.Device && seen++ == number) {
                return i;
            }
        }
        throw new AssertionError("no device event " + number);
    }

    private <T extends InputEvent> void alterInputs(Class<T> kind, UnaryOperator<T> change) {
        inputs.replaceAll(input -> kind.isInstance(input) ? change.apply(kind.cast(input)) : input);
    }

    private Divergence divergence() {
        ReplayResult result = replayAltered();
        assertEquals(Outcome.DIVERGED, result.outcome(), result::toString);
        return result.divergence().orElseThrow();
    }

    private ReplayResult replayAltered() {
        Path altered = folder.resolve("altered");
        try (var trace = TraceReader.open(folder.resolve("true"));
                var writer = TraceWriter.create(altered, trace.manifest(), BootFiles.of(trace.bootImages()))) {
            inputs.forEach(writer::append);
            Consumer<TraceEntry> append = entry -> {
                switch (entry) {
                    case TraceEntry.Device(DeviceEvent event) -> writer.append(event);
                    case TraceEntry.StateHash hash -> writer.append(hash);
                }
            };
            entries.forEach(append);
            writer.end(trace.durableEnd().end().orElseThrow());
        }
        return Runs.replay(altered);
    }
}

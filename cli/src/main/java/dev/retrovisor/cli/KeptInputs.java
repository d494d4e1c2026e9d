package dev.retrovisor.cli;

import dev.retrovisor.machine.event.InputEvent;
import dev.retrovisor.replayer.ReplayPlace;
import dev.retrovisor.traces.EntryKind;
import dev.retrovisor.traces.EventCursor;
import dev.retrovisor.traces.TraceReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import java.util.TreeSet;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which of a recording's inputs a branch takes again, and with what changes: options of {@code branch}. */
final class KeptInputs {
    private static final long MOST_BYTES = 512 * 1024;

    /** What can be kept. */
    enum Kind {
        CONSOLE,
        NETWORK,
        ALL
    }

    /** An input with other bytes: {@code 12=ls\n}, {@code 12=@FILE}. */
    record Change(long number, byte[] bytes) {
        static final class Converter implements ITypeConverter<Change> {
            @Override
            public Change convert(String text) throws IOException {
                int equals = text.indexOf('=');
                if (equals < 1 || !text.substring(0, equals).matches("[0-9]{1,18}")) {
                    throw new TypeConversionException(
                            "'%s' is no change: write N=TEXT or N=@FILE; 'retrovisor inputs' shows the numbers"
                                    .formatted(text));
                }
                return new Change(Long.parseLong(text.substring(0, equals)), bytes(text.substring(equals + 1)));
            }

            private static byte[] bytes(String value) throws IOException {
                if (!value.startsWith("@")) {
                    try {
                        return TypedBytes.unescaped(value);
                    } catch (IllegalArgumentException e) {
                        throw new TypeConversionException("'%s': %s".formatted(value, e.getMessage()));
                    }
                }
                Path file = Path.of(value.substring(1));
                InputFiles.requireFile(file, "--change-input");
                return read(file, "--change-input");
            }
        }
    }

    @Option(
            names = "--keep-inputs",
            paramLabel = "KIND[,KIND]",
            split = ",",
            description =
                    "Let later inputs of the recording come again where they came: console, network (cards are then"
                            + " connected to nothing else), or all. Default: none; all with --drop-input or --change-input.")
    private List<Kind> kinds = new ArrayList<>();

    @Option(
            names = "--drop-input",
            paramLabel = "N",
            description = "Leave out an input, by its number in 'retrovisor inputs TRACE'. May be repeated.")
    private List<Long> dropped = new ArrayList<>();

    @Option(
            names = "--change-input",
            paramLabel = "N=TEXT",
            converter = Change.Converter.class,
            description =
                    "Let an input of the console or the network bring other bytes: text with \\n, \\r, \\xHH..., or"
                            + " @FILE. May be repeated.")
    private List<Change> changes = new ArrayList<>();

    /** A file whose content is typed or arrives. */
    static byte[] read(Path file, String option) {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new UserMistake("%s %s: more than %s".formatted(option, file, Text.bytes(MOST_BYTES)));
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Kind> kinds() {
        return kinds.isEmpty() && !(dropped.isEmpty() && changes.isEmpty()) ? List.of(Kind.ALL) : kinds;
    }

    boolean isAny() {
        return !kinds().isEmpty();
    }

    boolean hasConsole() {
        return kinds().contains(Kind.CONSOLE) || kinds().contains(Kind.ALL);
    }

    boolean hasNetwork() {
        return kinds().contains(Kind.NETWORK) || kinds().contains(Kind.ALL);
    }

    private boolean isKept(InputEvent event) {
        return switch (event) {
            case InputEvent.ConsoleInput _, InputEvent.ConsoleResize _ -> hasConsole();
            case InputEvent.FrameArrival _ -> hasNetwork();
            case InputEvent.WallClock _, InputEvent.EntropySeed _, InputEvent.Operator _, InputEvent.Poke _ ->
                kinds().contains(Kind.ALL);
        };
    }

    /**
     * Checks that the inputs that the options name are there, come behind a place, and can be what the user wants.
     *
     * @throws UserMistake if one is not
     */
    void require(TraceReader trace, ReplayPlace place) {
        var numbers = new TreeSet<>(dropped);
        changes.forEach(change -> numbers.add(change.number()));
        long inputs = trace.durableEnd().inputs();
        for (long number : numbers) {
            if (number < 0 || number >= inputs) {
                throw new UserMistake("input %,d: the trace has %s, counted from 0; 'retrovisor inputs %s' shows them"
                        .formatted(number, Text.count(inputs, "input"), trace.folder()));
            }
            if (number < place.inputs()) {
                throw new UserMistake("input %,d comes before the branch, which begins behind %s"
                        .formatted(number, Text.count(place.inputs(), "input")));
            }
        }
        try (EventCursor<InputEvent> cursor = trace.inputs()) {
            for (long number : numbers) {
                cursor.skipTo(number);
                requireFitting(number, cursor.next());
            }
        }
    }

    private void requireFitting(long number, InputEvent event) {
        String what = EntryKind.of(event).label();
        if (!isKept(event)) {
            throw new UserMistake("input %,d, a %s, is not kept anyway: see --keep-inputs".formatted(number, what));
        }
        boolean hasBytes = event instanceof InputEvent.ConsoleInput || event instanceof InputEvent.FrameArrival;
        if (!hasBytes && changes.stream().anyMatch(change -> change.number() == number)) {
            throw new UserMistake("--change-input %,d: a %s: only console input and frames can bring other bytes"
                    .formatted(number, what));
        }
    }

    /** The inputs behind a place that are kept, changed as the user wants. The cursor must stay open for as long. */
    Iterator<InputEvent> from(EventCursor<InputEvent> cursor, ReplayPlace place) {
        if (!isAny()) {
            return Collections.emptyIterator();
        }
        cursor.skipTo(place.inputs());
        var changed = new TreeMap<Long, byte[]>();
        changes.forEach(change -> changed.put(change.number(), change.bytes()));
        var left = new TreeSet<>(dropped);
        return new Iterator<>() {
            private InputEvent next = advance();

            private InputEvent advance() {
                for (InputEvent event = cursor.peek(); event != null; event = cursor.peek()) {
                    long number = cursor.ordinal();
                    cursor.next();
                    if (isKept(event) && !left.contains(number)) {
                        return changed.containsKey(number) ? with(event, changed.get(number)) : event;
                    }
                }
                return null;
            }

            @Override
            public boolean hasNext() {
                return next != null;
            }

            @Override
            public InputEvent next() {
                if (next == null) {
                    throw new NoSuchElementException();
                }
                InputEvent taken = next;
                next = advance();
                return taken;
            }
        };
    }

    private static InputEvent with(InputEvent event, byte[] bytes) {
        return switch (event) {
            case InputEvent.ConsoleInput(long step, long virtualNanos, int console, byte[] _) ->
                new InputEvent.ConsoleInput(step, virtualNanos, console, bytes);
            case InputEvent.FrameArrival(long step, long virtualNanos, int nic, byte[] _) ->
                new InputEvent.FrameArrival(step, virtualNanos, nic, bytes);
            case InputEvent.ConsoleResize _,
                    InputEvent.WallClock _,
                    InputEvent.EntropySeed _,
                    InputEvent.Operator _,
                    InputEvent.Poke _ -> throw new IllegalStateException("no bytes in " + event);
        };
    }
}

package dev.retrovisor.cli;

import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.traces.Checkpoint;
import dev.retrovisor.traces.CheckpointStore;
import dev.retrovisor.traces.TraceReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A place in a trace: {@code debian.trace@250M}.
 *
 * @param where a position, or a checkpoint's name
 */
record TracePlace(Path trace, String where) {
    /** Splits at the last {@code @}; a trace whose own name has one, and no other, is meant at its end. */
    static final class Converter implements ITypeConverter<TracePlace> {
        @Override
        public TracePlace convert(String text) {
            int at = text.lastIndexOf('@');
            if (at < 0 || Files.isDirectory(Path.of(text))) {
                return new TracePlace(Path.of(text), "end");
            }
            if (at == 0 || at == text.length() - 1) {
                throw new TypeConversionException(
                        "'%s' names no place: write TRACE@POSITION, as in debian.trace@boot+2.5s".formatted(text));
            }
            return new TracePlace(Path.of(text.substring(0, at)), text.substring(at + 1));
        }
    }

    /** @throws UserMistake if it is neither a position nor a checkpoint of the trace */
    ReplayTarget target(TraceReader reader) {
        return checkpoint(reader)
                .<ReplayTarget>map(checkpoint -> new ReplayTarget.At(checkpoint.position()))
                .orElseGet(() -> parsed());
    }

    private Optional<Checkpoint> checkpoint(TraceReader reader) {
        try (CheckpointStore store = reader.checkpoints()) {
            return Checkpoint.isName(where) ? store.find(where) : Optional.empty();
        }
    }

    private ReplayTarget parsed() {
        return ReplayTarget.parse(where);
    }

    /** As the user would write it. */
    String text() {
        return trace + "@" + where;
    }
}

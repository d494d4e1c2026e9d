package dev.retrovisor.cli;

import dev.retrovisor.traces.CheckpointPolicy;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;

/** When a recording takes checkpoints, as the user gave it. */
sealed interface CheckpointSpacing {
    /** As is good for the recording. */
    record Auto() implements CheckpointSpacing {}

    /** Never. */
    record Off() implements CheckpointSpacing {}

    /** At a distance on the wall clock. */
    record Every(Duration distance) implements CheckpointSpacing {}

    /** @param budgetBytes what all checkpoints may take */
    default Optional<CheckpointPolicy> policy(long budgetBytes) {
        CheckpointPolicy recording = CheckpointPolicy.recording().within(budgetBytes);
        return switch (this) {
            case Auto _ -> Optional.of(recording);
            case Off _ -> Optional.empty();
            case Every(Duration distance) -> Optional.of(recording.every(distance.toNanos()));
        };
    }

    /** @throws UserMistake if that is less than a budget can be */
    static long budget(Optional<Long> bytes) {
        long budget = bytes.orElse(CheckpointPolicy.DEFAULT_BUDGET_BYTES);
        if (budget < CheckpointPolicy.LEAST_BUDGET_BYTES) {
            throw new UserMistake("--checkpoint-budget %s: too small: give at least %s"
                    .formatted(Text.bytes(budget), Text.bytes(CheckpointPolicy.LEAST_BUDGET_BYTES)));
        }
        return budget;
    }

    /** Reads {@code auto}, {@code off} or a time. */
    final class Converter implements ITypeConverter<CheckpointSpacing> {
        @Override
        public CheckpointSpacing convert(String text) {
            return switch (text) {
                case "auto" -> new Auto();
                case "off" -> new Off();
                default -> new Every(new Values.WallTime().convert(text));
            };
        }
    }
}

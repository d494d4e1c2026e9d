package dev.retrovisor.replayer;

import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.board.Board;
import dev.retrovisor.machine.board.MachineConfig;
import dev.retrovisor.machine.event.InputEvent;
import java.nio.file.Path;

/** Refuses inputs for devices that the machine does not have: a trace may come from anywhere. */
final class InputBounds {
    private static final int SEED_BYTES = 32;

    private final Path trace;
    private final MachineConfig config;

    InputBounds(Path trace, MachineConfig config) {
        this.trace = trace;
        this.config = config;
    }

    /** @param machine the one that is to take it */
    void require(InputEvent input, long ordinal, Machine machine) {
        boolean fits = switch (input) {
            case InputEvent.ConsoleInput event -> hasConsole(event.console());
            case InputEvent.ConsoleResize event -> hasConsole(event.console());
            case InputEvent.FrameArrival event ->
                event.nic() >= 0 && event.nic() < config.nics().size();
            case InputEvent.EntropySeed event -> event.seed().length == SEED_BYTES;
            case InputEvent.WallClock _, InputEvent.Operator _ -> true;
            case InputEvent.Poke poke -> {
                requirePossible(poke, ordinal, machine);
                yield true;
            }
        };
        if (!fits) {
            throw new ReplayException("%s: input %d is for a device that this machine does not have: %s"
                    .formatted(trace, ordinal, input.getClass().getSimpleName()));
        }
    }

    private void requirePossible(InputEvent.Poke poke, long ordinal, Machine machine) {
        try {
            machine.requirePossible(poke);
        } catch (IllegalArgumentException e) {
            throw new ReplayException("%s: input %d: %s".formatted(trace, ordinal, e.getMessage()), e);
        }
    }

    private boolean hasConsole(int console) {
        return console == 0 || console == Board.VIRTIO_CONSOLE && config.virtioConsole();
    }
}

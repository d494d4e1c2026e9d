package dev.retrovisor.replayer;

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

    void require(InputEvent input, long ordinal) {
        boolean fits = switch (input) {
            case InputEvent.ConsoleInput event -> hasConsole(event.console());
            case InputEvent.ConsoleResize event -> hasConsole(event.console());
            case InputEvent.FrameArrival event ->
                event.nic() >= 0 && event.nic() < config.nics().size();
            case InputEvent.EntropySeed event -> event.seed().length == SEED_BYTES;
            case InputEvent.WallClock _, InputEvent.Operator _ -> true;
        };
        if (!fits) {
            throw new ReplayException("%s: input %d is for a device that this machine does not have: %s"
                    .formatted(trace, ordinal, input.getClass().getSimpleName()));
        }
    }

    private boolean hasConsole(int console) {
        return console == 0 || console == Board.VIRTIO_CONSOLE && config.virtioConsole();
    }
}

package dev.retrovisor.recorder;

import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.event.InputEvent;
import dev.retrovisor.traces.Manifest;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * From where a live run goes on, instead of power-on.
 *
 * @param origin what the trace says of it, if there is one
 * @param parent the folder of the trace that it comes from, whose boot images are shared where the file system can
 * @param state puts a machine of the same configuration that stands at power-on where the run begins; the machine's thread
 *     calls it, once
 * @param isReseeded whether wall clock and entropy come in anew, as they do at power-on; else the machine goes on with
 *     what it has
 * @param changes what a person changes before the first step, at the start's position
 * @param script what comes in by itself later
 */
public record LiveStart(
        Manifest.Resumed origin,
        Path parent,
        Consumer<Machine> state,
        boolean isReseeded,
        List<InputEvent.Poke> changes,
        Script script) {
    public LiveStart {
        changes = List.copyOf(changes);
    }
}

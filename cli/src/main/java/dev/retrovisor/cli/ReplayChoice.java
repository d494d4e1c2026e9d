package dev.retrovisor.cli;

import dev.retrovisor.replayer.ReplayOptions;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** What is replayed, and with what: the options of all commands that replay a trace. */
final class ReplayChoice {
    @Parameters(index = "0", paramLabel = "TRACE", description = "A trace: a folder that 'record' made.")
    private Path trace;

    @Mixin
    private ReplaySettings settings = new ReplaySettings();

    Path trace() {
        return trace;
    }

    boolean quiet() {
        return settings.quiet();
    }

    EngineOptions engine() {
        return settings.engine();
    }

    ReplaySettings settings() {
        return settings;
    }

    /** The replay's options, once all that they name is known to be there. */
    ReplayOptions options() {
        return settings.options(trace);
    }
}

package dev.retrovisor.cli;

import dev.retrovisor.replayer.ReplayOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What is replayed, and with what: the options of all commands that replay a trace. */
final class ReplayChoice {
    @Parameters(paramLabel = "TRACE", description = "A trace: a folder that 'record' made.")
    private Path trace;

    @Option(
            names = "--disk-base",
            paramLabel = "FILE",
            description = "Where a disk's base image is now, if it has moved. May be repeated; the content counts.")
    private List<Path> diskBases = new ArrayList<>();

    @Mixin
    private EngineOptions engine = new EngineOptions();

    @Option(
            names = {"-q", "--quiet"},
            description = "Show no progress, and say nothing but a divergence or an error.")
    private boolean quiet;

    Path trace() {
        return trace;
    }

    boolean quiet() {
        return quiet;
    }

    EngineOptions engine() {
        return engine;
    }

    /** The replay's options, once all that they name is known to be there. */
    ReplayOptions options() {
        InputFiles.requireTrace(trace);
        diskBases.forEach(file -> InputFiles.requireFile(file, "--disk-base"));
        return ReplayOptions.standard().withDiskBases(diskBases).withEngine(engine.engine);
    }
}

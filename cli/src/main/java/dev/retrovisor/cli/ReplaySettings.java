package dev.retrovisor.cli;

import dev.retrovisor.replayer.ReplayOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** With what a trace is replayed. */
final class ReplaySettings {
    @Option(
            names = "--disk-base",
            paramLabel = "FILE",
            description = "Where a disk's base image is now, if it has moved. May be repeated; the content counts.")
    private List<Path> diskBases = new ArrayList<>();

    @Option(
            names = "--parent",
            paramLabel = "TRACE",
            description = "Where the trace is that this one goes on from, or a folder with it, if it has moved. May be"
                    + " repeated; the content counts.")
    private List<Path> parents = new ArrayList<>();

    @Mixin
    private EngineOptions engine = new EngineOptions();

    @Option(
            names = {"-q", "--quiet"},
            description = "Show no progress, and say nothing but a divergence or an error.")
    private boolean quiet;

    boolean quiet() {
        return quiet;
    }

    EngineOptions engine() {
        return engine;
    }

    /** The replay's options, once all that they name is known to be there. */
    ReplayOptions options(Path trace) {
        InputFiles.requireTrace(trace);
        diskBases.forEach(file -> InputFiles.requireFile(file, "--disk-base"));
        parents.forEach(folder -> {
            if (!Files.isDirectory(folder)) {
                throw new UserMistake("--parent %s: no such folder".formatted(folder));
            }
        });
        return ReplayOptions.standard()
                .withDiskBases(diskBases)
                .withEngine(engine.engine)
                .withParents(parents);
    }
}

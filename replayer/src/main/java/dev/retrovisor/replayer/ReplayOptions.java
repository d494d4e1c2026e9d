package dev.retrovisor.replayer;

import dev.retrovisor.machine.EngineChoice;
import dev.retrovisor.traces.disk.ImageHashes;
import java.nio.file.Path;
import java.util.List;

/**
 * What a replay needs beside the trace.
 *
 * @param diskBases files that may be base images of the trace's disks, in any order: tried before the paths at which
 *     the images were when the trace was made
 * @param imageHashes where the hashes of boot and disk images are remembered
 * @param overlayFolder on whose disk the replayed guest's writes are kept, in files without a name
 * @param engine what the machine runs on, if the host can have it; any does for any trace
 * @param parents folders that may be the trace that this one goes on from, or hold it: tried before where it was when the
 *     trace was made, and the folder in which the trace lies
 */
public record ReplayOptions(
        List<Path> diskBases, ImageHashes imageHashes, Path overlayFolder, EngineChoice engine, List<Path> parents) {
    public ReplayOptions {
        diskBases = List.copyOf(diskBases);
        parents = List.copyOf(parents);
    }

    /** Nothing but the trace, and what the user's cache knows. */
    public static ReplayOptions standard() {
        return new ReplayOptions(
                List.of(),
                ImageHashes.inUserCache(),
                Path.of(System.getProperty("java.io.tmpdir")),
                EngineChoice.TRANSLATOR,
                List.of());
    }

    public ReplayOptions withDiskBases(List<Path> files) {
        return new ReplayOptions(files, imageHashes, overlayFolder, engine, parents);
    }

    public ReplayOptions withEngine(EngineChoice choice) {
        return new ReplayOptions(diskBases, imageHashes, overlayFolder, choice, parents);
    }

    public ReplayOptions withParents(List<Path> folders) {
        return new ReplayOptions(diskBases, imageHashes, overlayFolder, engine, folders);
    }
}

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
 */
public record ReplayOptions(List<Path> diskBases, ImageHashes imageHashes, Path overlayFolder, EngineChoice engine) {
    public ReplayOptions {
        diskBases = List.copyOf(diskBases);
    }

    /** Nothing but the trace, and what the user's cache knows. */
    public static ReplayOptions standard() {
        return new ReplayOptions(
                List.of(),
                ImageHashes.inUserCache(),
                Path.of(System.getProperty("java.io.tmpdir")),
                EngineChoice.TRANSLATOR);
    }

    public ReplayOptions withDiskBases(List<Path> files) {
        return new ReplayOptions(files, imageHashes, overlayFolder, engine);
    }

    public ReplayOptions withEngine(EngineChoice choice) {
        return new ReplayOptions(diskBases, imageHashes, overlayFolder, choice);
    }
}

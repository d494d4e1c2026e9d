package dev.retrovisor.replayer;

import dev.retrovisor.machine.board.DiskBacking;
import dev.retrovisor.traces.Manifest;
import dev.retrovisor.traces.disk.FilePageStorage;
import dev.retrovisor.traces.disk.RawImageFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The base images that a trace names, found by content, and a place for what the guest writes over each. */
final class ReplayDisks implements AutoCloseable {
    private final List<RawImageFile> images = new ArrayList<>();
    private final List<FilePageStorage> overlays = new ArrayList<>();

    private ReplayDisks() {}

    static ReplayDisks open(Manifest manifest, ReplayOptions options) {
        var disks = new ReplayDisks();
        try {
            for (Path file : find(manifest, options)) {
                disks.images.add(RawImageFile.open(file));
                disks.overlays.add(FilePageStorage.in(options.overlayFolder()));
            }
            return disks;
        } catch (IOException e) {
            disks.close();
            throw new ReplayException("disk image: " + e.getMessage(), e);
        } catch (ReplayException e) {
            disks.close();
            throw e;
        }
    }

    static List<Path> find(Manifest manifest, ReplayOptions options) {
        var files = new ArrayList<Path>();
        try {
            for (int i = 0; i < manifest.disks().size(); i++) {
                files.add(find(i, manifest.disks().get(i), options));
            }
            return files;
        } catch (IOException e) {
            throw new ReplayException("disk image: " + e.getMessage(), e);
        }
    }

    private static Path find(int number, Manifest.Disk wanted, ReplayOptions options) throws IOException {
        List<Path> candidates = new ArrayList<>(options.diskBases());
        if (!wanted.pathHint().isEmpty()) {
            candidates.add(Path.of(wanted.pathHint()));
        }
        var seen = new StringBuilder();
        for (Path file : candidates) {
            if (!Files.isRegularFile(file)) {
                seen.append("; %s: no such file".formatted(file));
                continue;
            }
            long sizeBytes = RawImageFile.diskBytes(file);
            if (sizeBytes != wanted.sizeBytes()) {
                seen.append("; %s: has %,d bytes".formatted(file, sizeBytes));
                continue;
            }
            String hash = options.imageHashes().sha256(file);
            if (hash.equals(wanted.sha256())) {
                return file;
            }
            seen.append("; %s: has SHA-256 %s".formatted(file, hash));
        }
        throw new ReplayException(
                "disk %d needs its base image of %,d bytes with SHA-256 %s%s; give the file with --disk-base"
                        .formatted(number, wanted.sizeBytes(), wanted.sha256(), seen));
    }

    List<DiskBacking> backings() {
        var backings = new ArrayList<DiskBacking>();
        for (int i = 0; i < images.size(); i++) {
            backings.add(new DiskBacking(images.get(i), overlays.get(i)));
        }
        return backings;
    }

    @Override
    public void close() {
        images.forEach(RawImageFile::close);
        overlays.forEach(FilePageStorage::close);
    }
}

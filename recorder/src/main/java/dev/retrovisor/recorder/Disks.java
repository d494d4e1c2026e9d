package dev.retrovisor.recorder;

import dev.retrovisor.machine.board.DiskBacking;
import dev.retrovisor.traces.Manifest;
import dev.retrovisor.traces.disk.FilePageStorage;
import dev.retrovisor.traces.disk.ImageHashes;
import dev.retrovisor.traces.disk.RawImageFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The disk images of a run, open, and a place for what the guest writes over each. */
final class Disks implements AutoCloseable {
    private final List<Path> files;
    private final List<RawImageFile> images = new ArrayList<>();
    private final List<FilePageStorage> overlays = new ArrayList<>();

    private Disks(List<Path> files) {
        this.files = files;
    }

    /** @param overlayFolder on whose disk the overlays lie, in files without a name */
    static Disks open(List<Path> files, Path overlayFolder) {
        var disks = new Disks(files);
        try {
            for (Path file : files) {
                disks.images.add(RawImageFile.open(file));
                disks.overlays.add(FilePageStorage.in(overlayFolder));
            }
            return disks;
        } catch (IOException e) {
            disks.close();
            throw new HostSetupException("disk image: " + e.getMessage(), e);
        }
    }

    List<DiskBacking> backings() {
        var backings = new ArrayList<DiskBacking>();
        for (int i = 0; i < images.size(); i++) {
            backings.add(new DiskBacking(images.get(i), overlays.get(i)));
        }
        return backings;
    }

    /** The images as a manifest names them. */
    List<Manifest.Disk> named(ImageHashes hashes) {
        var named = new ArrayList<Manifest.Disk>();
        for (int i = 0; i < images.size(); i++) {
            try {
                Path file = files.get(i).toAbsolutePath().normalize();
                named.add(new Manifest.Disk(hashes.sha256(file), images.get(i).sizeBytes(), file.toString()));
            } catch (IOException e) {
                throw new HostSetupException("disk image: " + e.getMessage(), e);
            }
        }
        return named;
    }

    @Override
    public void close() {
        images.forEach(RawImageFile::close);
        overlays.forEach(FilePageStorage::close);
    }
}

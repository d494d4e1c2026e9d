package dev.retrovisor.traces;

import dev.retrovisor.machine.board.MachineConfig;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a trace is a recording of: written once, before anything runs, and covered by the hash chain.
 *
 * @param machineModel {@link dev.retrovisor.machine.Machine#MODEL} of the build that made the trace
 * @param config the machine
 * @param images what was in its memory at power-on; the bytes are in the trace
 * @param disks what is under its disks, one for each drive of the configuration; the bytes are not in the trace
 * @param guest name for people: {@code debian}, or the kernel's file name
 * @param recordedBy what made the trace
 * @param createdAt wall clock when recording began
 * @param start the state from which the trace goes on
 */
public record Manifest(
        int machineModel,
        MachineConfig config,
        List<Image> images,
        List<Disk> disks,
        String guest,
        RecordedBy recordedBy,
        Instant createdAt,
        Start start) {

    /** A boot image, stored in the trace under its hash. {@code sha256} is 64 hexadecimal digits. */
    public record Image(ImageRole role, String sha256, long sizeBytes) {}

    /** What an image is for; the name in lower case stands in manifests. */
    public enum ImageRole {
        BIOS,
        KERNEL,
        INITRD
    }

    /** The base image of a disk: its content's SHA-256, and where it was when the trace was made. */
    public record Disk(String sha256, long sizeBytes, String pathHint) {}

    /** Product, Java and system that made a trace. */
    public record RecordedBy(String product, String java, String system) {}

    /** From what a trace goes on; the name in lower case stands in manifests. */
    public enum Start {
        /** Cleared memory and the boot images. */
        POWER_ON
    }

    public Manifest {
        if (machineModel < 1) {
            throw new IllegalArgumentException("machine model " + machineModel);
        }
        images = List.copyOf(images);
        disks = List.copyOf(disks);
        if (disks.size() != config.drives().size()) {
            throw new IllegalArgumentException("%d disks for %d drives"
                    .formatted(disks.size(), config.drives().size()));
        }
        images.forEach(image -> requireHash(image.sha256(), image.sizeBytes()));
        disks.forEach(disk -> requireHash(disk.sha256(), disk.sizeBytes()));
        if (images.stream().map(Image::role).distinct().count() != images.size()) {
            throw new IllegalArgumentException("two images with the same role");
        }
    }

    public Optional<Image> image(ImageRole role) {
        return images.stream().filter(image -> image.role() == role).findFirst();
    }

    private static void requireHash(String sha256, long sizeBytes) {
        if (!Hashes.isHexSha256(sha256) || sizeBytes < 0) {
            throw new IllegalArgumentException("'%s' with %d bytes: no SHA-256 in lower-case hexadecimal with a size"
                    .formatted(sha256, sizeBytes));
        }
    }
}

package dev.retrovisor.traces;

import dev.retrovisor.machine.board.MachineConfig;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a trace is a recording of: written once, before anything runs, and covered by the hash chain.
 *
 * @param format version of the trace format
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
        int format,
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

    /** From what a trace goes on. */
    public sealed interface Start {
        Start POWER_ON = new PowerOn();

        /** Where the machine stands before the first entry. */
        Position position();
    }

    /** Cleared memory and the boot images. */
    public record PowerOn() implements Start {
        @Override
        public Position position() {
            return Position.POWER_ON;
        }
    }

    /**
     * The state of another trace's machine at a position, behind all inputs of that moment.
     *
     * @param parent the other trace
     * @param position where in it
     * @param inputs inputs of the parent that were applied before
     * @param entries entries of the parent's events log before
     * @param stateHash hash of all state there
     */
    public record Resumed(Parent parent, Position position, long inputs, long entries, long stateHash)
            implements Start {
        public Resumed {
            if (position.step() < 0 || position.virtualNanos() < 0 || inputs < 0 || entries < 0) {
                throw new IllegalArgumentException("a start at step %d, %d ns behind %d inputs and %d events"
                        .formatted(position.step(), position.virtualNanos(), inputs, entries));
            }
        }
    }

    /**
     * The trace that another goes on from.
     *
     * @param manifestSha256 by what it is found: the hash of its manifest, in lower-case hexadecimal
     * @param name for people
     * @param pathHint where it was, from the folder of the trace that goes on; may be empty
     */
    public record Parent(String manifestSha256, String name, String pathHint) {
        public Parent {
            requireHash(manifestSha256, 0);
        }
    }

    /** The same in the least format that can hold it, if nobody changes the machine by hand. */
    public Manifest(
            int machineModel,
            MachineConfig config,
            List<Image> images,
            List<Disk> disks,
            String guest,
            RecordedBy recordedBy,
            Instant createdAt,
            Start start) {
        this(leastFormat(start), machineModel, config, images, disks, guest, recordedBy, createdAt, start);
    }

    public Manifest {
        if (format < leastFormat(start) || format > TraceLayout.VERSION) {
            throw new IllegalArgumentException("trace format %d with this start: expected %d to %d"
                    .formatted(format, leastFormat(start), TraceLayout.VERSION));
        }
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

    /** The same in a format that holds changes of the machine by hand. */
    public Manifest forPokes() {
        return new Manifest(
                TraceLayout.VERSION, machineModel, config, images, disks, guest, recordedBy, createdAt, start);
    }

    /** Whether a trace with this manifest may hold changes of the machine by hand. */
    public boolean holdsPokes() {
        return format > TraceLayout.VERSION_WITHOUT_BRANCHES;
    }

    /** Whether another trace's machine is built as this one's, and its memory and disks hold the same at power-on. */
    public boolean hasSameMachine(Manifest other) {
        return machineModel == other.machineModel
                && ManifestJson.machine(config).equals(ManifestJson.machine(other.config))
                && images.equals(other.images)
                && disks.stream()
                        .map(Disk::sha256)
                        .toList()
                        .equals(other.disks.stream().map(Disk::sha256).toList());
    }

    private static int leastFormat(Start start) {
        return switch (start) {
            case PowerOn _ -> TraceLayout.VERSION_WITHOUT_BRANCHES;
            case Resumed _ -> TraceLayout.VERSION;
        };
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

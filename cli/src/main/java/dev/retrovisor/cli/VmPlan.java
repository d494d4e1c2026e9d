package dev.retrovisor.cli;

import dev.retrovisor.guests.Guest;
import dev.retrovisor.guests.GuestFormatException;
import dev.retrovisor.guests.Guests;
import dev.retrovisor.guests.KernelImage;
import dev.retrovisor.machine.board.Board;
import dev.retrovisor.machine.board.BootImages;
import dev.retrovisor.machine.board.BootLoader;
import dev.retrovisor.machine.board.MachineConfig;
import dev.retrovisor.recorder.VmSetup;
import dev.retrovisor.recorder.net.UserNetworkConfig;
import dev.retrovisor.traces.BootFiles;
import dev.retrovisor.traces.disk.ImageContent;
import dev.retrovisor.traces.disk.RawImageFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes a machine of the user's options and a guest's defaults, or says what is wrong with them. */
final class VmPlan {
    private static final long DEFAULT_MEMORY_BYTES = 512L << 20;
    private static final long MAX_IMAGE_BYTES = 1L << 30;
    private static final int MAX_APPEND_BYTES = 2048;
    private static final long DISK_LATENCY_NANOS = 100_000;
    private static final int LEAST_QUANTUM_STEPS = 100;
    private static final int MOST_NETWORKS = 4;
    private static final int MOST_DRIVES = 8;

    private final VmOptions options;
    private final Guests guests;

    VmPlan(VmOptions options, Guests guests) {
        this.options = options;
        this.guests = guests;
    }

    VmSetup resolve() {
        requireSense();
        List<UserNetworkConfig> networks = networks();
        List<MachineConfig.Drive> drives = drives();
        Optional<Guest> guest = options.guest.map(this::guest);
        var images = new BootFiles(
                options.bios
                        .map(file -> InputFiles.read(file, "--bios", MAX_IMAGE_BYTES))
                        .orElse(ImageContent.none()),
                kernel(guest),
                options.initrd
                        .or(() -> guest.map(Guest::initrd))
                        .map(file -> InputFiles.read(file, "--initrd", MAX_IMAGE_BYTES))
                        .orElse(ImageContent.none()));
        var seed = new byte[32];
        new SecureRandom().nextBytes(seed);
        var config = new MachineConfig(
                options.memoryBytes
                        .or(() -> guest.map(found -> (long) found.memoryMiB() << 20))
                        .orElse(DEFAULT_MEMORY_BYTES),
                options.harts,
                options.quantumSteps,
                options.cpu.paging(),
                options.cpu.hardwareDirtyBits(),
                append(guest, !networks.isEmpty()),
                drives,
                nics(networks.size()),
                options.virtioConsole,
                DISK_LATENCY_NANOS,
                seed);
        requireRoom(config, images.images());
        return new VmSetup(
                name(),
                config,
                images,
                options.drives.stream().map(Values.Drive::file).toList(),
                networks,
                options.virtioConsole ? Board.VIRTIO_CONSOLE : 0);
    }

    /** What people call the guest: its name, or its kernel's or firmware's file name. */
    String name() {
        return options.guest
                .or(() -> options.kernel
                        .or(() -> options.bios)
                        .map(file -> file.getFileName().toString()))
                .orElse("guest");
    }

    private void requireSense() {
        if (options.guest.isEmpty() && options.kernel.isEmpty() && options.bios.isEmpty()) {
            throw new UserMistake("nothing to boot: name a guest, such as debian, or give --kernel FILE");
        }
        if (options.workload.isPresent() && options.guest.isEmpty()) {
            throw new UserMistake("--workload: only our own guests have workloads: name one, such as debian");
        }
        long least = (long) Guest.LEAST_MEMORY_MIB << 20;
        if (options.guest.isPresent() && options.memoryBytes.orElse(least) < least) {
            throw new UserMistake("--memory %s: too little for %s, whose kernel would panic: give at least %d MiB"
                    .formatted(Text.bytes(options.memoryBytes.get()), options.guest.get(), Guest.LEAST_MEMORY_MIB));
        }
        options.workload.filter(name -> !Guests.workloads().contains(name)).ifPresent(name -> {
            throw new UserMistake("--workload %s: there is no such workload: there are %s"
                    .formatted(name, String.join(", ", Guests.workloads())));
        });
        if (options.quantumSteps < LEAST_QUANTUM_STEPS) {
            throw new UserMistake(
                    "--quantum %d: too short: give at least %d".formatted(options.quantumSteps, LEAST_QUANTUM_STEPS));
        }
        if (options.drives.size() > MOST_DRIVES) {
            throw new UserMistake("--drive: %d drives: at most %d".formatted(options.drives.size(), MOST_DRIVES));
        }
    }

    private Guest guest(String name) {
        if (name.contains("/") || !Guests.known().contains(name) && Files.isRegularFile(Path.of(name))) {
            throw new UserMistake(
                    "'%s' is a path, where a guest's name is expected: write --kernel %s".formatted(name, name));
        }
        return guests.resolve(name);
    }

    private ImageContent kernel(Optional<Guest> guest) {
        Optional<Path> file = options.kernel.or(() -> guest.map(Guest::kernel));
        if (file.isEmpty()) {
            return ImageContent.none();
        }
        ImageContent content = InputFiles.read(file.get(), "--kernel", MAX_IMAGE_BYTES);
        byte[] bytes = content.bytes();
        if (startsWith(bytes, "\u007fELF")) {
            throw new BadFile("--kernel %s: an ELF file, where a flat Image is needed: give arch/riscv/boot/Image"
                    .formatted(file.get()));
        }
        try {
            byte[] flat = KernelImage.flatten(bytes, "--kernel " + file.get());
            return flat == bytes ? content : ImageContent.of(flat);
        } catch (GuestFormatException e) {
            throw new BadFile("%s: this is no riscv64 Linux Image".formatted(e.getMessage()));
        } catch (IOException e) {
            throw new BadFile("--kernel %s: compressed, and damaged: %s".formatted(file.get(), e.getMessage()));
        }
    }

    private static boolean startsWith(byte[] bytes, String magic) {
        return bytes.length >= magic.length()
                && new String(bytes, 0, magic.length(), StandardCharsets.ISO_8859_1).equals(magic);
    }

    private String append(Optional<Guest> guest, boolean hasNetwork) {
        var words = new ArrayList<String>();
        words.add(options.append.or(() -> guest.map(Guest::append)).orElse(""));
        if (options.virtioConsole) {
            words.add("console=hvc0");
        }
        if (guest.isPresent() && options.append.isEmpty()) {
            // The kernel speaks from its first line on: the serial port's driver comes only after seconds of host time.
            words.add("earlycon=sbi");
            options.workload.ifPresent(name -> words.add("retrovisor.run=" + name));
            if (hasNetwork) {
                words.add("retrovisor.net=dhcp");
            }
        } else if (options.workload.isPresent()) {
            words.add("retrovisor.run=" + options.workload.get());
        }
        words.addAll(options.appendMore);
        words.removeIf(String::isBlank);
        String append = String.join(" ", words);
        if (append.getBytes(StandardCharsets.UTF_8).length >= MAX_APPEND_BYTES) {
            throw new UserMistake(
                    "--append: longer than %d bytes, more than a kernel takes".formatted(MAX_APPEND_BYTES - 1));
        }
        if (append.indexOf('\0') >= 0) {
            throw new UserMistake("--append: holds a NUL character");
        }
        return append;
    }

    private List<MachineConfig.Drive> drives() {
        var drives = new ArrayList<MachineConfig.Drive>();
        for (Values.Drive drive : options.drives) {
            InputFiles.requireFile(drive.file(), "--drive");
            drives.add(new MachineConfig.Drive(
                    diskBytes(drive.file()), drive.readOnly(), drive.serial().orElse("disk" + drives.size())));
        }
        return drives;
    }

    private static long diskBytes(Path file) {
        try (var in = Files.newInputStream(file)) {
            byte[] head = in.readNBytes(4);
            if (startsWith(head, "QFI\u00fb")) {
                throw new BadFile("--drive %s: a qcow2 image, where a raw one is needed: make one with".formatted(file)
                        + " 'qemu-img convert -O raw %s disk.raw'".formatted(file));
            }
            if (head.length == 0) {
                throw new BadFile(
                        "--drive %s: empty: make it larger, as with 'truncate -s 1G %s'".formatted(file, file));
            }
            return RawImageFile.diskBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<UserNetworkConfig> networks() {
        List<UserNetworkConfig> networks = options.networks.stream()
                .filter(text -> !text.equals("none"))
                .map(UserNetworkConfig::parse)
                .toList();
        if (networks.size() > MOST_NETWORKS) {
            throw new UserMistake("--nic: %d network cards: at most %d".formatted(networks.size(), MOST_NETWORKS));
        }
        return networks;
    }

    /** Addresses as QEMU gives them. */
    private static List<MachineConfig.Nic> nics(int count) {
        var nics = new ArrayList<MachineConfig.Nic>();
        for (int i = 0; i < count; i++) {
            nics.add(new MachineConfig.Nic("52:54:00:12:34:%02x".formatted(0x56 + i)));
        }
        return nics;
    }

    private static void requireRoom(MachineConfig config, BootImages images) {
        try {
            new BootLoader(config, images);
        } catch (IllegalArgumentException e) {
            throw new UserMistake("%s: give more with --memory".formatted(e.getMessage()), e);
        }
    }
}

package dev.retrovisor.guests;

import dev.retrovisor.guests.DebianArchive.DebianPackage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The recipe of the guest {@code debian}: the archive's current riscv64 kernel and its statically linked busybox.
 *
 * <p>The kernel's package holds a flat Image, {@code boot/vmlinux-RELEASE}, all modules as .ko.xz and modules.builtin,
 * but no modules.dep.
 */
final class DebianGuest {
    static final String NAME = "debian";

    /**
     * The board's 16550A is the console. The rest keeps two things out of the boot that cost most of it and give a
     * deterministic machine nothing: the crypto self-tests, and a random number generator that is fed by the host's
     * timing jitter (the machine has none). Kernel 6.12.107, steps up to /init, counted by QEMU's icount: 842 million
     * without, 499 million with notests, 327 million with both. The kernel's own /dev/random uses neither.
     */
    static final String APPEND = "console=ttyS0 cryptomgr.notests initcall_blacklist=jent_mod_init";

    private static final int MEMORY_MIB = 512;
    private static final String KERNEL_PREFIX = "linux-image-";
    private static final String KERNEL_META = KERNEL_PREFIX + "riscv64";
    private static final String BUSYBOX = "busybox-static";
    private static final String BUSYBOX_PATH = "(usr/)?bin/busybox";

    private final DebianPackage kernel;
    private final DebianPackage busybox;

    private DebianGuest(DebianPackage kernel, DebianPackage busybox) {
        this.kernel = kernel;
        this.busybox = busybox;
    }

    /** Follows the metapackage to the kernel that it stands for today. */
    static DebianGuest resolve(DebianArchive archive) throws IOException {
        List<DebianPackage> candidates =
                archive.packages(name -> name.equals(BUSYBOX) || name.startsWith(KERNEL_PREFIX));
        DebianPackage meta = DebianArchive.newest(candidates, KERNEL_META);
        String kernelName = meta.depends().stream()
                .filter(dependency -> dependency.startsWith(KERNEL_PREFIX))
                .findFirst()
                .orElseThrow(() -> new GuestFormatException(
                        "Packages", 0, meta + " without a dependency on " + KERNEL_PREFIX + "VERSION", "one"));
        return new DebianGuest(DebianArchive.newest(candidates, kernelName), DebianArchive.newest(candidates, BUSYBOX));
    }

    /** Whether an already built guest is what this recipe would build now. */
    boolean isSameAs(Guest built) {
        return built.recipe() == Initramfs.RECIPE && built.packageSha256s().equals(packageSha256s());
    }

    Guest build(DebianArchive archive, GuestStore store, Path workFolder, Progress progress) throws IOException {
        Path kernelDeb = archive.fetch(kernel);
        Path busyboxDeb = archive.fetch(busybox);
        String release = kernel.name().substring(KERNEL_PREFIX.length());
        UnpackedKernel unpacked = UnpackedKernel.unpack(kernelDeb, kernel.toString(), release, workFolder, progress);
        byte[] image = KernelImage.flatten(unpacked.image(), kernel + ": boot/vmlinux-" + release);
        KernelModules modules = KernelModules.select(unpacked, Initramfs.REQUIRED_MODULES, Initramfs.OPTIONAL_MODULES);
        byte[] initrd = Initramfs.build(unpackBusybox(busyboxDeb, progress), modules, release);
        Guest facts = new Guest(
                NAME,
                Path.of(GuestStore.KERNEL),
                Hashes.sha256(image),
                Path.of(GuestStore.INITRD),
                Hashes.sha256(initrd),
                APPEND,
                MEMORY_MIB,
                release,
                List.of(kernel.toString(), busybox.toString()),
                packageSha256s(),
                Initramfs.RECIPE);
        return store.write(facts, image, initrd);
    }

    private List<String> packageSha256s() {
        return List.of(kernel.sha256(), busybox.sha256());
    }

    private byte[] unpackBusybox(Path deb, Progress progress) throws IOException {
        Map<String, byte[]> found = new TreeMap<>();
        DebFile.forEachFile(deb, busybox.toString(), progress, (path, _, content) -> {
            if (path.matches(BUSYBOX_PATH)) {
                found.put(path, content.readAllBytes());
            }
        });
        if (found.isEmpty()) {
            throw new GuestFormatException(busybox.toString(), 0, "no " + BUSYBOX_PATH, "one");
        }
        return found.values().iterator().next();
    }

    /**
     * What a kernel's package holds. The 3,000 compressed modules go into a work folder, not into memory: which few are
     * needed is known only after the dependencies have been read.
     */
    private record UnpackedKernel(byte[] image, Collection<String> builtin, Map<String, Path> modules)
            implements KernelModules.Source {
        static UnpackedKernel unpack(Path deb, String packageName, String release, Path workFolder, Progress progress)
                throws IOException {
            String modulesRoot = "lib/modules/" + release + "/";
            Map<String, byte[]> kept = new TreeMap<>();
            Map<String, Path> modules = new TreeMap<>();
            DebFile.forEachFile(deb, packageName, progress, (path, _, content) -> {
                String unmerged = path.replaceFirst("^usr/", "");
                if (unmerged.matches("boot/vmlinu[xz]-.*")) {
                    kept.put("image", content.readAllBytes());
                } else if (unmerged.equals(modulesRoot + "modules.builtin")) {
                    kept.put("builtin", content.readAllBytes());
                } else if (unmerged.startsWith(modulesRoot) && unmerged.matches(".*\\.ko(\\.xz|\\.gz)?")) {
                    // Numbered, so that no path out of the package becomes one of ours.
                    Path file = workFolder.resolve("module-" + modules.size());
                    Files.copy(content, file);
                    modules.put(unmerged.substring(modulesRoot.length()), file);
                }
            });
            for (String needed : List.of("image", "builtin")) {
                if (!kept.containsKey(needed)) {
                    throw new GuestFormatException(
                            packageName,
                            0,
                            "no " + needed,
                            "boot/vmlinux-VERSION and " + modulesRoot + "modules.builtin");
                }
            }
            List<String> builtin = new String(kept.get("builtin"), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            return new UnpackedKernel(kept.get("image"), builtin, modules);
        }

        @Override
        public Collection<String> paths() {
            return modules.keySet();
        }

        @Override
        public byte[] read(String path) throws IOException {
            return Files.readAllBytes(modules.get(path));
        }
    }
}

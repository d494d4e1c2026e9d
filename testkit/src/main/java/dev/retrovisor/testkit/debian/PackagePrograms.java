package dev.retrovisor.testkit.debian;

import dev.retrovisor.guests.CpioWriter;
import dev.retrovisor.guests.Host;
import dev.retrovisor.guests.PackageFiles;
import dev.retrovisor.guests.Progress;
import dev.retrovisor.guests.PullOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Debian's own riscv64 programs with the libraries that they need, as a cpio to be added to the guest. Fetched once into
 * a cache, through the archive's signatures.
 *
 * @param name of the file in the cache; another choice needs another name
 * @param packages that have the programs
 * @param needed pattern of the names of packages that these need
 * @param programs guest path by the pattern of a path in the packages; each must match a file
 * @param libraries pattern of the paths that are added as they are
 */
public record PackagePrograms(
        String name, List<String> packages, String needed, Map<String, String> programs, String libraries) {
    private static final String LOADER = "ld-linux-riscv64-lp64d.so.1";

    /** Folders that the guest has, some of them as links. */
    private static final Set<String> GUEST_FOLDERS = Set.of("bin", "lib", "usr", "usr/bin");

    public PackagePrograms {
        packages = List.copyOf(packages);
        programs = Map.copyOf(programs);
    }

    /** The cpio, out of the cache or else fetched into it. */
    public Path cpio(Path cacheFolder) throws IOException {
        Path cached = cacheFolder.resolve(name + ".cpio");
        if (!Files.exists(cached)) {
            Files.createDirectories(cacheFolder);
            Path work = Files.createTempDirectory(cacheFolder, name);
            try {
                Path fresh = work.resolve("fresh.cpio");
                Files.write(fresh, fetch(work));
                Files.move(fresh, cached, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                delete(work);
            }
        }
        return cached;
    }

    private byte[] fetch(Path work) {
        var taken = new Taken();
        new PackageFiles(Host.ofThisMachine())
                .visit(
                        packages,
                        candidate -> candidate.matches(needed),
                        PullOptions.defaults(),
                        work,
                        Progress.NONE,
                        taken);
        return taken.toBytes();
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** What is taken of the packages' files. */
    private final class Taken implements PackageFiles.Visitor {
        private final CpioWriter cpio = new CpioWriter();
        private final Set<String> folders = new TreeSet<>();
        private final Map<String, String> missing = new TreeMap<>(programs);

        @Override
        public void file(String path, byte[] content) {
            for (Map.Entry<String, String> program : programs.entrySet()) {
                if (path.matches(program.getKey())) {
                    missing.remove(program.getKey());
                    addFoldersOf(program.getValue());
                    cpio.file(program.getValue(), 0755, content);
                    return;
                }
            }
            if (path.matches(libraries)) {
                addFoldersOf(path);
                cpio.file(path, 0755, content);
            }
        }

        @Override
        public void link(String path, String target) {
            if (path.matches(libraries)) {
                addFoldersOf(path);
                cpio.link(path, target);
            }
            // The guest has no link from /lib to /usr/lib, and programs name their loader by /lib.
            if (path.equals("usr/lib/" + LOADER)) {
                cpio.link("lib/" + LOADER, "../" + path);
            }
        }

        private void addFoldersOf(String path) {
            for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
                String folder = path.substring(0, slash);
                if (!GUEST_FOLDERS.contains(folder)) {
                    folders.add(folder);
                }
            }
        }

        private byte[] toBytes() {
            if (!missing.isEmpty()) {
                throw new IllegalStateException(
                        "%s and what they need have no %s".formatted(packages, missing.keySet()));
            }
            folders.forEach(folder -> cpio.folder(folder, 0755));
            return cpio.toBytes();
        }
    }
}

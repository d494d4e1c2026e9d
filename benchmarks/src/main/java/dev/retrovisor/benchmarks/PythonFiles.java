package dev.retrovisor.benchmarks;

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
import java.util.Set;
import java.util.TreeSet;

/** Debian's own riscv64 Python, as a cpio to be added to the guest: {@code /bin/python3} with what it needs. */
final class PythonFiles {
    private static final String ROOT_PACKAGE = "python3-minimal";
    private static final String NEEDED_PACKAGES = "(lib)?python3\\.\\d+-minimal|libc6|libexpat1|zlib1g";

    private static final String PROGRAM = "usr/bin/python3\\.\\d+";
    private static final String LIBRARIES = "usr/lib/python3\\.\\d+/.*\\.py|"
            + "(usr/)?lib/(riscv64-linux-gnu/)?(ld-linux-|libc\\.|libm\\.|libexpat\\.|libz\\.)[^/]*";
    private static final String LOADER = "ld-linux-riscv64-lp64d.so.1";

    /** Folders that the guest has, some of them as links. */
    private static final Set<String> GUEST_FOLDERS = Set.of("bin", "lib", "usr", "usr/bin");

    private final CpioWriter cpio = new CpioWriter();
    private final Set<String> folders = new TreeSet<>();
    private boolean hasProgram;

    private PythonFiles() {}

    /** The cpio, out of the cache or else fetched into it. */
    static Path cpio(Path cacheFolder) throws IOException {
        Path cached = cacheFolder.resolve("python.cpio");
        if (!Files.exists(cached)) {
            Path work = cacheFolder.resolve("work");
            deleteFolder(work);
            Files.createDirectories(work);
            try {
                Path fresh = work.resolve("python.cpio");
                Files.write(fresh, new PythonFiles().fetch(work));
                Files.move(fresh, cached, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                deleteFolder(work);
            }
        }
        return cached;
    }

    private byte[] fetch(Path work) {
        PackageFiles packages = new PackageFiles(Host.ofThisMachine());
        packages.visit(
                ROOT_PACKAGE,
                name -> name.matches(NEEDED_PACKAGES),
                PullOptions.defaults(),
                work,
                Progress.NONE,
                new PackageFiles.Visitor() {
                    @Override
                    public void file(String path, byte[] content) {
                        addFile(path, content);
                    }

                    @Override
                    public void link(String path, String target) {
                        addLink(path, target);
                    }
                });
        if (!hasProgram) {
            throw new IllegalStateException("%s and its dependencies have no %s".formatted(ROOT_PACKAGE, PROGRAM));
        }
        folders.forEach(folder -> cpio.folder(folder, 0755));
        return cpio.toBytes();
    }

    private void addFile(String path, byte[] content) {
        if (path.matches(PROGRAM)) {
            hasProgram = true;
            cpio.file("bin/python3", 0755, content);
        } else if (path.matches(LIBRARIES)) {
            addFoldersOf(path);
            cpio.file(path, 0755, content);
        }
    }

    private void addLink(String path, String target) {
        if (path.matches(LIBRARIES)) {
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

    private static void deleteFolder(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (var files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}

package dev.retrovisor.benchmarks;

import dev.retrovisor.testkit.debian.PackagePrograms;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Debian's own riscv64 Python, as a cpio to be added to the guest: {@code /bin/python3} with what it needs. */
final class PythonFiles {
    private static final PackagePrograms PYTHON = new PackagePrograms(
            "python",
            List.of("python3-minimal"),
            "(lib)?python3\\.\\d+-minimal|libc6|libexpat1|zlib1g",
            Map.of("usr/bin/python3\\.\\d+", "bin/python3"),
            "usr/lib/python3\\.\\d+/.*\\.py|"
                    + "(usr/)?lib/(riscv64-linux-gnu/)?(ld-linux-|libc\\.|libm\\.|libexpat\\.|libz\\.)[^/]*");

    private PythonFiles() {}

    /** The cpio, out of the cache or else fetched into it. */
    static Path cpio(Path cacheFolder) throws IOException {
        return PYTHON.cpio(cacheFolder);
    }
}

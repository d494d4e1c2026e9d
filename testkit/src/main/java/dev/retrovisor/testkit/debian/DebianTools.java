package dev.retrovisor.testkit.debian;

import dev.retrovisor.guests.Guests;
import dev.retrovisor.traces.disk.ImageHashes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Debian's own strace, ps, ipcs, lsfd and lsns for the guest, with the C library for programs of ours too. */
public final class DebianTools {
    private static final PackagePrograms TOOLS = new PackagePrograms(
            "tools",
            List.of("strace", "procps", "util-linux", "util-linux-extra"),
            "lib(c6|unwind8|dw1t64|elf1t64|lzma5|zstd1|bz2-1\\.0|proc2-0|ncursesw6|tinfo6|systemd0|cap2|gcrypt20|lz4-1"
                    + "|gpg-error0|smartcols1|mount1|blkid1|uuid1|selinux1|pcre2-8-0|gcc-s1|cap-ng0|readline8t64)"
                    + "|zlib1g",
            Map.of(
                    "usr/bin/strace", "debian/strace",
                    "(usr/)?bin/ps", "debian/ps",
                    "usr/bin/ipcs", "debian/ipcs",
                    "usr/bin/lsfd", "debian/lsfd",
                    "usr/bin/lsns", "debian/lsns"),
            "usr/lib/(riscv64-linux-gnu/)?[^/]*\\.so(\\.[^/]*)?");

    private DebianTools() {}

    /** The cpio with {@code /debian/NAME} for each, out of the user's cache or else fetched into it. */
    public static Path cpio() {
        Guests guests = Guests.ofThisMachine(ImageHashes.inUserCache()::sha256);
        try {
            return TOOLS.cpio(guests.cacheFolder().resolve("testkit"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

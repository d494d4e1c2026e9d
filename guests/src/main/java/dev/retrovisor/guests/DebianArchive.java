package dev.retrovisor.guests;

import dev.retrovisor.guests.ControlStanzas.Stanza;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.tukaani.xz.XZInputStream;

/**
 * One suite of a Debian archive, believed only as far as its signature reaches: InRelease is signed, it names the hash
 * of Packages.xz, which names the hash of each package.
 *
 * <p>While a mirror is updated, a new InRelease may stand beside an old index. The index is then looked for under its
 * hash, then the suite under its alias, whose InRelease may still be the old one that fits.
 */
final class DebianArchive {
    private static final String SUITE = "trixie";
    private static final int INRELEASE_LIMIT_BYTES = 1 << 24;

    private final String mirror;
    private final Downloads downloads;
    private final FileFact packagesFact;
    private final Path packagesFile;

    /** One package as Packages lists it. */
    record DebianPackage(String name, DebianVersion version, List<String> depends, FileFact file) {
        String sha256() {
            return file.sha256();
        }

        @Override
        public String toString() {
            return name + " " + version.text();
        }
    }

    /** A mirror whose release and index do not fit each other; the message lists what was expected and found. */
    private static final class MidUpdateException extends Exception {
        private static final long serialVersionUID = 1L;

        MidUpdateException(String message) {
            super(message);
        }
    }

    /** One place to get the suite from, and how to get and check it. */
    private record Mirror(String root, Keyring keyring, Host host, Downloads downloads) {
        /** @param folder the suite's name or alias */
        DebianRelease release(String folder) throws IOException {
            URI uri = uri(root, DebianRelease.path(folder));
            byte[] inRelease = downloads.fetchUnhashed(uri, INRELEASE_LIMIT_BYTES);
            return DebianRelease.verified(
                    inRelease, folder, uri.toString(), keyring, host.clock().instant());
        }

        DebianArchive open() throws IOException, MidUpdateException {
            DebianRelease release = release(SUITE);
            release.requireCodename(SUITE);
            try {
                return withIndex(release);
            } catch (MidUpdateException underItsName) {
                Optional<String> alias = release.alias();
                if (alias.isEmpty()) {
                    throw underItsName;
                }
                try {
                    return openAlias(alias.get());
                } catch (MidUpdateException underItsAlias) {
                    throw new MidUpdateException(underItsName.getMessage() + "; " + underItsAlias.getMessage());
                }
            }
        }

        private DebianArchive openAlias(String alias) throws MidUpdateException {
            DebianRelease release;
            try {
                release = release(alias);
            } catch (IOException e) {
                throw new MidUpdateException(DebianRelease.path(alias) + ": " + Downloads.reason(e));
            }
            if (!release.codename().equals(SUITE)) {
                // On the day of a new Debian release the alias moves on to it.
                throw new MidUpdateException("%s is of %s, not of %s".formatted(release, release.codename(), SUITE));
            }
            return withIndex(release);
        }

        /** Gets the index that the release signs for, by its name or else by its hash. */
        private DebianArchive withIndex(DebianRelease release) throws MidUpdateException {
            FileFact index = release.packages();
            List<String> paths =
                    release.hasByHash() ? List.of(index.path(), index.byHashPath()) : List.of(index.path());
            List<String> found = new ArrayList<>();
            for (String path : paths) {
                try {
                    Path file = downloads.fetchIfServed(uri(root, path), index);
                    return new DebianArchive(root, downloads, index, file);
                } catch (Transport.AbsentException e) {
                    found.add(path + ": " + e.getMessage());
                } catch (Downloads.OtherFileException e) {
                    found.add(path + ": " + e.found());
                }
            }
            throw new MidUpdateException("%s expects %s of %d bytes with SHA-256 %s, found %s"
                    .formatted(
                            release,
                            DebianRelease.PACKAGES,
                            index.sizeBytes(),
                            index.sha256(),
                            String.join(" and ", found)));
        }
    }

    private DebianArchive(String mirror, Downloads downloads, FileFact packagesFact, Path packagesFile) {
        this.mirror = mirror;
        this.downloads = downloads;
        this.packagesFact = packagesFact;
        this.packagesFile = packagesFile;
    }

    /** Opens the first mirror that has the suite with an index that fits it; whatever it says must be signed. */
    static DebianArchive open(List<String> mirrors, Keyring keyring, Host host, Downloads downloads) {
        List<String> unreachable = new ArrayList<>();
        List<String> midUpdate = new ArrayList<>();
        for (String mirror : mirrors) {
            try {
                return new Mirror(mirror, keyring, host, downloads).open();
            } catch (MidUpdateException e) {
                midUpdate.add(mirror + ": " + e.getMessage());
            } catch (IOException e) {
                unreachable.add(uri(mirror, DebianRelease.path(SUITE)) + ": " + Downloads.reason(e));
            }
        }
        if (!midUpdate.isEmpty()) {
            throw new GuestException(
                    ("the Debian mirror is in the middle of an update, its index is not the one that its release signs"
                                    + " for (%s): try again later or pass another --mirror URL")
                            .formatted(String.join("; ", midUpdate)));
        }
        throw new GuestException(
                "no Debian mirror with %s answers (%s): check the network and its proxy, or pass --mirror URL"
                        .formatted(SUITE, String.join("; ", unreachable)));
    }

    /** The newest version of each package whose name passes, in no particular order. */
    List<DebianPackage> packages(Predicate<String> wanted) throws IOException {
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new XZInputStream(Files.newInputStream(packagesFile)), StandardCharsets.UTF_8))) {
            return ControlStanzas.read(
                            lines,
                            packagesFact.path(),
                            line -> line.startsWith("Package: ")
                                    && wanted.test(line.substring(9).strip()))
                    .stream()
                    .map(DebianArchive::debianPackage)
                    .toList();
        }
    }

    static DebianPackage newest(List<DebianPackage> packages, String name) {
        Optional<DebianPackage> newest = packages.stream()
                .filter(candidate -> candidate.name().equals(name))
                .max(Comparator.comparing(DebianPackage::version));
        return newest.orElseThrow(
                () -> new GuestFormatException(DebianRelease.PACKAGES, 0, "no package " + name, "one"));
    }

    Path fetch(DebianPackage wanted) {
        FileFact file = wanted.file();
        return downloads.fetch(uri(mirror, file.path()), file.sizeBytes(), file.sha256());
    }

    String packagesSha256() {
        return packagesFact.sha256();
    }

    private static DebianPackage debianPackage(Stanza stanza) {
        String name = required(stanza, "Package");
        List<String> depends = Stream.of("Pre-Depends", "Depends")
                .flatMap(field -> Stream.of(stanza.field(field).orElse("").split(",")))
                // "name (= version) | alternative": only plain names matter to us.
                .map(dependency -> dependency.strip().replaceFirst("[\\s(:|].*", ""))
                .filter(dependency -> !dependency.isEmpty())
                .toList();
        FileFact file = FileFact.parse(
                required(stanza, "Filename"),
                required(stanza, "Size"),
                required(stanza, "SHA256"),
                DebianRelease.PACKAGES);
        return new DebianPackage(name, new DebianVersion(required(stanza, "Version")), depends, file);
    }

    private static String required(Stanza stanza, String field) {
        return stanza.field(field)
                .orElseThrow(() -> new GuestFormatException(
                        DebianRelease.PACKAGES,
                        0,
                        "a stanza " + stanza.field("Package").orElse("?") + " without " + field,
                        "one"));
    }

    private static URI uri(String mirror, String path) {
        try {
            return URI.create(mirror + "/" + new URI(null, null, path, null).getRawPath());
        } catch (URISyntaxException e) {
            throw new GuestFormatException(mirror, 0, "path '" + path + "'", "one that a URL can hold");
        }
    }
}

package dev.retrovisor.guests;

import dev.retrovisor.guests.ControlStanzas.Stanza;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.tukaani.xz.XZInputStream;

/**
 * One suite of a Debian archive, believed only as far as its signature reaches: InRelease is signed, it names the hash
 * of Packages.xz, which names the hash of each package.
 */
final class DebianArchive {
    private static final String SUITE = "trixie";
    private static final String PACKAGES = "main/binary-riscv64/Packages.xz";
    private static final int INRELEASE_LIMIT_BYTES = 1 << 24;

    private final String mirror;
    private final Downloads downloads;
    private final FileFact packagesFact;

    /** A file that something signed vouches for. */
    private record FileFact(String path, long sizeBytes, String sha256) {}

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

    private DebianArchive(String mirror, Downloads downloads, FileFact packagesFact) {
        this.mirror = mirror;
        this.downloads = downloads;
        this.packagesFact = packagesFact;
    }

    /** Opens the first of the mirrors that has the suite; whatever it says must then be signed. */
    static DebianArchive open(List<String> mirrors, Keyring keyring, Host host, Downloads downloads) {
        List<String> failures = new ArrayList<>();
        for (String mirror : mirrors) {
            URI uri = uri(mirror, "dists/" + SUITE + "/InRelease");
            byte[] inRelease;
            try {
                inRelease = downloads.fetchUnhashed(uri, INRELEASE_LIMIT_BYTES);
            } catch (IOException e) {
                failures.add(uri + ": " + Downloads.reason(e));
                continue;
            }
            ClearSigned message = ClearSigned.parse(inRelease, uri.toString());
            keyring.requireGoodSignature(message, uri.toString(), host.clock().instant());
            return new DebianArchive(mirror, downloads, packagesFact(message.text(), uri.toString()));
        }
        throw new GuestException(
                "no Debian mirror with %s answers (%s): check the network and its proxy, or pass --mirror URL"
                        .formatted(SUITE, String.join("; ", failures)));
    }

    private static FileFact packagesFact(String release, String file) {
        List<Stanza> stanzas;
        try {
            stanzas = ControlStanzas.read(new BufferedReader(new StringReader(release)), file, _ -> true);
        } catch (IOException e) {
            throw new IllegalStateException("a string cannot fail to be read", e);
        }
        Stanza stanza = stanzas.isEmpty() ? new Stanza(Map.of()) : stanzas.getFirst();
        // A mirror could hand out another suite's InRelease, which is as well signed.
        String codename = stanza.field("Codename").orElse("none");
        if (!codename.equals(SUITE)) {
            throw new GuestFormatException(file, 0, "codename " + codename, SUITE);
        }
        for (String line : stanza.field("SHA256").orElse("").split("\n")) {
            String[] words = line.strip().split("\\s+");
            if (words.length == 3 && words[2].equals(PACKAGES)) {
                return fact("dists/" + SUITE + "/" + PACKAGES, words[1], words[0], file);
            }
        }
        throw new GuestFormatException(file, 0, "no SHA256 of " + PACKAGES, "one");
    }

    /** The newest version of each package whose name passes, in no particular order. */
    List<DebianPackage> packages(Predicate<String> wanted) throws IOException {
        Path packages =
                downloads.fetch(uri(mirror, packagesFact.path()), packagesFact.sizeBytes(), packagesFact.sha256());
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new XZInputStream(Files.newInputStream(packages)), StandardCharsets.UTF_8))) {
            return ControlStanzas.read(
                            lines,
                            packagesFact.path(),
                            line -> line.startsWith("Package: ")
                                    && wanted.test(line.substring(9).strip()))
                    .stream()
                    .map(this::debianPackage)
                    .toList();
        }
    }

    static DebianPackage newest(List<DebianPackage> packages, String name) {
        Optional<DebianPackage> newest = packages.stream()
                .filter(candidate -> candidate.name().equals(name))
                .max(Comparator.comparing(DebianPackage::version));
        return newest.orElseThrow(() -> new GuestFormatException(PACKAGES, 0, "no package " + name, "one"));
    }

    Path fetch(DebianPackage wanted) {
        FileFact file = wanted.file();
        return downloads.fetch(uri(mirror, file.path()), file.sizeBytes(), file.sha256());
    }

    String packagesSha256() {
        return packagesFact.sha256();
    }

    private DebianPackage debianPackage(Stanza stanza) {
        String name = required(stanza, "Package");
        List<String> depends = List.of(stanza.field("Depends").orElse("").split(",")).stream()
                // "name (= version) | alternative": only plain names matter to us.
                .map(dependency -> dependency.strip().replaceFirst("[\\s(:|].*", ""))
                .filter(dependency -> !dependency.isEmpty())
                .toList();
        FileFact file =
                fact(required(stanza, "Filename"), required(stanza, "Size"), required(stanza, "SHA256"), PACKAGES);
        return new DebianPackage(name, new DebianVersion(required(stanza, "Version")), depends, file);
    }

    private String required(Stanza stanza, String field) {
        return stanza.field(field)
                .orElseThrow(() -> new GuestFormatException(
                        PACKAGES, 0, "a stanza " + stanza.field("Package").orElse("?") + " without " + field, "one"));
    }

    private static FileFact fact(String path, String size, String sha256, String statedIn) {
        // The hash becomes a file name in our cache.
        if (!Hashes.isSha256(sha256)) {
            throw new GuestFormatException(statedIn, 0, "'" + sha256 + "'", "a SHA-256 of " + path);
        }
        if (!size.matches("\\d{1,15}")) {
            throw new GuestFormatException(statedIn, 0, "'" + size + "'", "the size of " + path);
        }
        return new FileFact(path, Long.parseLong(size), sha256);
    }

    private static URI uri(String mirror, String path) {
        try {
            return URI.create(mirror + "/" + new URI(null, null, path, null).getRawPath());
        } catch (URISyntaxException e) {
            throw new GuestFormatException(mirror, 0, "path '" + path + "'", "one that a URL can hold");
        }
    }
}

package dev.retrovisor.guests;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.bouncycastle.bcpg.ArmoredOutputStream;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureGenerator;
import org.bouncycastle.openpgp.PGPSignatureSubpacketGenerator;
import org.bouncycastle.openpgp.api.OpenPGPKey;
import org.bouncycastle.openpgp.api.OpenPGPKey.OpenPGPSecretKey;
import org.bouncycastle.openpgp.api.bc.BcOpenPGPApi;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentSignerBuilder;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** A Debian archive with one kernel and one busybox, small enough to be made for each test, and its signing key. */
final class FakeMirror {
    static final Instant NOW = Instant.parse("2026-02-03T04:05:06Z");
    static final String RELEASE = "6.99.1+fake1-riscv64";

    private final Path folder;
    private final OpenPGPKey key;
    private final Map<String, byte[]> debs = new LinkedHashMap<>();

    FakeMirror(Path folder) throws IOException, PGPException {
        this(folder, newKey());
    }

    FakeMirror(Path folder, OpenPGPKey key) throws IOException {
        this.folder = folder;
        this.key = key;
        debs.put("kernel.deb", deb(kernelFiles()));
        debs.put("busybox.deb", deb(Map.of("./usr/bin/busybox", busybox())));
        publish(stanzas());
    }

    static OpenPGPKey newKey() throws PGPException {
        return new BcOpenPGPApi()
                .generateKey(4, Date.from(NOW.minusSeconds(86_400)))
                .signOnlyKey()
                .addUserId("A test archive <archive@mirror.example>")
                .build();
    }

    String url() {
        return folder.toUri().toString().replaceFirst("/+$", "");
    }

    Path folder() {
        return folder;
    }

    byte[] deb(String name) {
        return debs.get(name);
    }

    /** The keyring to trust, in a file. */
    Path keyring() throws IOException {
        Path file = folder.resolve("keyring.gpg");
        Files.write(file, key.toCertificate().getEncoded());
        return file;
    }

    /** Writes packages, index and signed release so that they fit each other. */
    void publish(String packages) throws IOException {
        Path pool = Files.createDirectories(folder.resolve("pool"));
        for (Map.Entry<String, byte[]> deb : debs.entrySet()) {
            Files.write(pool.resolve(deb.getKey()), deb.getValue());
        }
        publishIn("trixie", "13.7", packages);
    }

    /** Writes index and signed release into one folder of {@code dists/}: the suite's name or its alias. */
    void publishIn(String suiteFolder, String version, String packages) throws IOException {
        byte[] index = xz(packages.getBytes(StandardCharsets.UTF_8));
        Files.createDirectories(index(suiteFolder).getParent());
        Files.write(index(suiteFolder), index);
        publishRelease(suiteFolder, """
                Origin: Debian
                Suite: stable
                Version: %s
                Codename: trixie
                Acquire-By-Hash: yes
                Note: a line with trailing blanks  \t
                SHA256:
                 %s %d main/binary-riscv64/Packages.xz
                """.formatted(version, Hashes.sha256(index), index.length));
    }

    /**
     * What a mirror shows that has got the new release of trixie but not yet its index: stable is still the old one.
     *
     * @return the new index, which the mirror lacks
     */
    byte[] beginUpdate() throws IOException {
        byte[] oldIndex = Files.readAllBytes(index("trixie"));
        publishIn("stable", "13.7", stanzas());
        publishIn("trixie", "13.8", stanzas() + stanza("new-in-this-release", "1", "", "busybox.deb"));
        byte[] newIndex = Files.readAllBytes(index("trixie"));
        Files.write(index("trixie"), oldIndex);
        return newIndex;
    }

    void publishRelease(String suiteFolder, String release) throws IOException {
        Files.writeString(inRelease(suiteFolder), clearSign(release, key), StandardCharsets.ISO_8859_1);
    }

    Path inRelease(String suiteFolder) {
        return folder.resolve("dists").resolve(suiteFolder).resolve("InRelease");
    }

    Path index(String suiteFolder) {
        return folder.resolve("dists").resolve(suiteFolder).resolve("main/binary-riscv64/Packages.xz");
    }

    String stanzas() {
        return stanza("linux-image-riscv64", "6.99.1-1", "linux-image-" + RELEASE + " (= 6.99.1-1)", "kernel.deb")
                + stanza("linux-image-riscv64", "6.98.7-1", "linux-image-6.98.7-riscv64 (= 6.98.7-1)", "kernel.deb")
                + stanza("linux-image-" + RELEASE, "6.99.1-1", "kmod, linux-base", "kernel.deb")
                + stanza("unrelated", "1", "", "busybox.deb")
                + stanza("busybox-static", "1:1.37.0-6", "", "busybox.deb");
    }

    private String stanza(String name, String version, String depends, String file) {
        byte[] deb = debs.get(file);
        return "Package: %s\nVersion: %s\nDepends: %s\nFilename: pool/%s\nSize: %d\nSHA256: %s\nDescription: a\n b\n\n"
                .formatted(name, version, depends, file, deb.length, Hashes.sha256(deb));
    }

    static String clearSign(String text, OpenPGPKey key) throws IOException {
        List<String> signedLines = new ArrayList<>();
        List<String> shownLines = new ArrayList<>();
        for (String line : text.lines().toList()) {
            signedLines.add(line.stripTrailing());
            shownLines.add(line.startsWith("-") ? "- " + line : line);
        }
        byte[] signed = String.join("\r\n", signedLines).getBytes(StandardCharsets.ISO_8859_1);
        ByteArrayOutputStream armour = new ByteArrayOutputStream();
        try (ArmoredOutputStream out = new ArmoredOutputStream(armour)) {
            OpenPGPSecretKey secret =
                    key.getSecretKey(key.getSigningKeys(Date.from(NOW)).getFirst());
            PGPSignatureGenerator generator = new PGPSignatureGenerator(
                    new BcPGPContentSignerBuilder(secret.getAlgorithm(), HashAlgorithmTags.SHA256),
                    secret.getPGPSecretKey().getPublicKey());
            generator.init(
                    PGPSignature.CANONICAL_TEXT_DOCUMENT,
                    secret.unlock().getKeyPair().getPrivateKey());
            PGPSignatureSubpacketGenerator times = new PGPSignatureSubpacketGenerator();
            times.setSignatureCreationTime(false, Date.from(NOW.minusSeconds(60)));
            times.setIssuerFingerprint(false, secret.getPGPSecretKey());
            generator.setHashedSubpackets(times.generate());
            generator.update(signed);
            generator.generate().encode(out);
        } catch (PGPException e) {
            throw new IOException(e);
        }
        return "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n" + String.join("\n", shownLines) + "\n"
                + armour.toString(StandardCharsets.ISO_8859_1);
    }

    private static Map<String, byte[]> kernelFiles() throws IOException {
        String root = "./usr/lib/modules/" + RELEASE + "/";
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("./boot/vmlinux-" + RELEASE, flatImage());
        files.put(root + "modules.builtin", "kernel/drivers/char/virtio_console.ko\n".getBytes(StandardCharsets.UTF_8));
        for (String name : List.of("virtio_mmio", "virtio_blk", "virtio-rng", "mbcache")) {
            files.put(root + "kernel/" + name + ".ko.xz", xz(module("depends=")));
        }
        files.put(root + "kernel/failover.ko.xz", xz(module("depends=")));
        files.put(root + "kernel/virtio_net.ko.xz", xz(module("alias=virtio:d00000001v*", "depends=failover")));
        files.put(root + "kernel/crc32c_generic.ko.xz", xz(module("alias=crypto-crc32c", "depends=")));
        files.put(root + "kernel/ext4.ko.xz", xz(module("softdep=pre: crypto-crc32c", "depends=mbcache")));
        files.put(root + "kernel/unwanted.ko.xz", xz(module("depends=")));
        return files;
    }

    static byte[] flatImage() {
        byte[] image = new byte[4096];
        ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN).putInt(0x38, 0x05435352);
        return image;
    }

    /** The bytes of busybox that matter here: its table of names. */
    static byte[] busybox() {
        StringBuilder table = new StringBuilder("\u007fELF and code [\0[[\0");
        for (int i = 0; i < 60; i++) {
            table.append("applet%02d".formatted(i)).append('\0');
        }
        return table.append("busybox\0sh\0\0-/bin/sh\0").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** An ELF file with nothing but a section of names and .modinfo. */
    static byte[] module(String... pairs) {
        byte[] names = "\0.shstrtab\0.modinfo\0".getBytes(StandardCharsets.ISO_8859_1);
        byte[] info = (String.join("\0", pairs) + "\0").getBytes(StandardCharsets.ISO_8859_1);
        int infoAt = 64 + names.length;
        int tableAt = infoAt + info.length;
        ByteBuffer elf = ByteBuffer.allocate(tableAt + 3 * 64).order(ByteOrder.LITTLE_ENDIAN);
        elf.put(0, new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1});
        elf.putLong(0x28, tableAt).putShort(0x3c, (short) 3).putShort(0x3e, (short) 1);
        elf.put(64, names).put(infoAt, info);
        section(elf, tableAt + 64, 1, 64, names.length);
        section(elf, tableAt + 128, 11, infoAt, info.length);
        return elf.array();
    }

    private static void section(ByteBuffer elf, int at, int nameOffset, int offset, int size) {
        elf.putInt(at, nameOffset).putInt(at + 4, 1).putLong(at + 0x18, offset).putLong(at + 0x20, size);
    }

    private static byte[] deb(Map<String, byte[]> files) throws IOException {
        ByteArrayOutputStream tarBytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(tarBytes)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                TarArchiveEntry entry = new TarArchiveEntry(file.getKey());
                entry.setSize(file.getValue().length);
                entry.setModTime(0);
                tar.putArchiveEntry(entry);
                tar.write(file.getValue());
                tar.closeArchiveEntry();
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ArArchiveOutputStream ar = new ArArchiveOutputStream(out)) {
            member(ar, "debian-binary", "2.0\n".getBytes(StandardCharsets.US_ASCII));
            member(ar, "control.tar.xz", xz(new byte[0]));
            member(ar, "data.tar.xz", xz(tarBytes.toByteArray()));
        }
        return out.toByteArray();
    }

    private static void member(ArArchiveOutputStream ar, String name, byte[] content) throws IOException {
        ar.putArchiveEntry(new ArArchiveEntry(name, content.length));
        ar.write(content);
        ar.closeArchiveEntry();
    }

    static byte[] xz(byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (XZOutputStream xz = new XZOutputStream(out, new LZMA2Options(1))) {
            xz.write(content);
        }
        return out.toByteArray();
    }
}

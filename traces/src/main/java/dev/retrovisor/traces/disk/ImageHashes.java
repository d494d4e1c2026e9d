package dev.retrovisor.traces.disk;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * SHA-256 of disk images, worked out once: kept in a folder under the file's path, length, time of change and inode.
 * A cache that can't be read or written is done without.
 */
public final class ImageHashes {
    private static final int BUFFER_BYTES = 1 << 20;

    private final Path cacheFolder;

    /** @param cacheFolder made when first needed */
    public ImageHashes(Path cacheFolder) {
        this.cacheFolder = cacheFolder;
    }

    /** A cache where the XDG base directory specification wants it. */
    public static ImageHashes inUserCache() {
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path cache = xdg == null || xdg.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(xdg);
        return new ImageHashes(cache.resolve("retrovisor").resolve("disk-hashes"));
    }

    /** The hash of a file's content, in lower-case hexadecimal. */
    public String sha256(Path file) throws IOException {
        String identity = identity(file);
        Path entry = cacheFolder.resolve(hex(sha256().digest(identity.getBytes(StandardCharsets.UTF_8))));
        String known = known(entry, identity);
        if (known != null) {
            return known;
        }
        String hash = compute(file);
        if (identity(file).equals(identity)) {
            remember(entry, identity, hash);
        }
        return hash;
    }

    private static String identity(Path file) throws IOException {
        Path real = file.toRealPath();
        BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
        return "%s %d %s %s".formatted(real, attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
    }

    /** The cached hash, or null. The second line repeats the identity, for people who look into the cache. */
    private static String known(Path entry, String identity) {
        try {
            String[] lines = Files.readString(entry).split("\n", 2);
            return lines.length == 2 && lines[1].equals(identity) && lines[0].matches("[0-9a-f]{64}") ? lines[0] : null;
        } catch (IOException _) {
            return null;
        }
    }

    private void remember(Path entry, String identity, String hash) {
        try {
            Files.createDirectories(cacheFolder);
            Path fresh = Files.createTempFile(cacheFolder, "new-", ".tmp");
            Files.writeString(fresh, hash + "\n" + identity);
            Files.move(fresh, entry, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException _) {
            // Only a cache: the hash is right without it.
        }
    }

    private static String compute(Path file) throws IOException {
        MessageDigest digest = sha256();
        var buffer = new byte[BUFFER_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
        return hex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}

package dev.retrovisor.traces.disk;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * SHA-256 of boot and disk images, worked out once: kept in a folder under what tells the file's content from any other
 * without reading it, which is its path, length, inode and both times of change. One of these, the inode's, is set by
 * the system alone, so that a file that was altered is known for that whatever its owner says of its age. Only who can
 * write to the cache, or to the disk below the file system, can make a wrong hash of it.
 *
 * <p>A cache that can't be read or written is done without.
 */
public final class ImageHashes {
    private static final int BUFFER_BYTES = 1 << 20;
    private static final int MOST_ENTRIES = 1000;

    /** Two changes so close together may have the same time: systems set it from their timer, 100 to 1,000 a second. */
    private static final Duration FINE_CLOCK = Duration.ofMillis(100);

    /** The same where only whole seconds are kept; FAT keeps every other. */
    private static final Duration COARSE_CLOCK = Duration.ofSeconds(2);

    private final Path cacheFolder;
    private final InstantSource clock;

    /**
     * What a file's content goes by.
     *
     * @param file where it really is
     * @param text all of it, for comparing
     * @param changedAt when the file was last changed
     */
    public record Identity(Path file, String text, Instant changedAt) {
        /** The identity that a file has now. */
        public static Identity of(Path file) throws IOException {
            Path real = file.toRealPath();
            BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
            FileTime written = attributes.lastModifiedTime();
            FileTime changed = written;
            if (real.getFileSystem().supportedFileAttributeViews().contains("unix")) {
                changed = (FileTime) Files.getAttribute(real, "unix:ctime");
            }
            String text = "%s %d %s %s %s".formatted(real, attributes.size(), written, changed, attributes.fileKey());
            return new Identity(real, text, changed.toInstant());
        }

        /** Whether any later change would give the file another identity. */
        private boolean isSettled(Instant now) {
            return changedAt
                    .plus(changedAt.getNano() == 0 ? COARSE_CLOCK : FINE_CLOCK)
                    .isBefore(now);
        }
    }

    /** @param cacheFolder made when first needed */
    public ImageHashes(Path cacheFolder) {
        this(cacheFolder, InstantSource.system());
    }

    /** @param clock tells how old a change is */
    public ImageHashes(Path cacheFolder, InstantSource clock) {
        this.cacheFolder = cacheFolder;
        this.clock = clock;
    }

    /** A cache where the XDG base directory specification wants it. */
    public static ImageHashes inUserCache() {
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path cache = xdg == null || xdg.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(xdg);
        return new ImageHashes(cache.resolve("retrovisor").resolve("image-hashes"));
    }

    /** The hash of a file's content, in lower-case hexadecimal. */
    public String sha256(Path file) throws IOException {
        Identity identity = Identity.of(file);
        Optional<String> known = known(identity);
        if (known.isPresent()) {
            return known.get();
        }
        String hash = compute(file);
        remember(file, identity, hash);
        return hash;
    }

    /**
     * Reads a file whole. Its hash is looked for, or worked out, when it is asked for, and is that of the bytes read.
     *
     * @param maxBytes of a longer file one byte more is read, and no more
     */
    public ImageContent read(Path file, long maxBytes) throws IOException {
        Identity before = Identity.of(file);
        int mostBytes = (int) Math.min(maxBytes + 1, Integer.MAX_VALUE - 8);
        long sizeBytes = Files.size(file);
        var bytes = new byte[(int) Math.min(sizeBytes, mostBytes)];
        int lengthBytes = 0;
        try (InputStream in = Files.newInputStream(file)) {
            // A piece at a time: Java keeps an off-heap copy of the largest one for the rest of the process.
            int count = 0;
            while (lengthBytes < bytes.length && count >= 0) {
                count = in.read(bytes, lengthBytes, Math.min(BUFFER_BYTES, bytes.length - lengthBytes));
                lengthBytes += Math.max(0, count);
            }
            // Of a pipe, or a file that grew.
            byte[] more = in.readNBytes(mostBytes - lengthBytes);
            if (lengthBytes + more.length != bytes.length) {
                bytes = Arrays.copyOf(bytes, lengthBytes + more.length);
                System.arraycopy(more, 0, bytes, lengthBytes, more.length);
            }
        }
        boolean unchanged = bytes.length == sizeBytes && Identity.of(file).equals(before);
        return new ImageContent(bytes, unchanged ? Optional.of(before) : Optional.empty(), this);
    }

    /**
     * Takes in a hash that is known because the file was just written. Does nothing if the file has changed since it had
     * this identity, or is so new that a change could go unseen.
     */
    public void remember(Path file, Identity identity, String sha256) {
        try {
            if (Identity.of(file).equals(identity)) {
                remember(identity, sha256);
            }
        } catch (IOException _) {
            // Nothing to remember of a file that is not there any more.
        }
    }

    /** The hash of what was read while the file had this identity from beginning to end. */
    String sha256(Identity identity, byte[] bytes) {
        return known(identity).orElseGet(() -> {
            String hash = compute(bytes);
            remember(identity, hash);
            return hash;
        });
    }

    static String compute(byte[] bytes) {
        return hex(sha256().digest(bytes));
    }

    /** The cached hash. The second line repeats the identity, for people who look into the cache. */
    private Optional<String> known(Identity identity) {
        try {
            String[] lines = Files.readString(entry(identity)).split("\n", 2);
            boolean good = lines.length == 2 && lines[1].equals(identity.text()) && lines[0].matches("[0-9a-f]{64}");
            return good ? Optional.of(lines[0]) : Optional.empty();
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private void remember(Identity identity, String hash) {
        if (!identity.isSettled(clock.instant())) {
            return;
        }
        try {
            Files.createDirectories(cacheFolder);
            Path fresh = Files.createTempFile(cacheFolder, "new-", ".tmp");
            Files.writeString(fresh, hash + "\n" + identity.text());
            Files.move(fresh, entry(identity), StandardCopyOption.ATOMIC_MOVE);
            dropOldest();
        } catch (IOException _) {
            // Only a cache: the hash is right without it.
        }
    }

    /** One a path: what a file was before is of no use. */
    private Path entry(Identity identity) {
        return cacheFolder.resolve(compute(identity.file().toString().getBytes(StandardCharsets.UTF_8)));
    }

    /** Traces come and go: half of the entries go too when there are too many. */
    private void dropOldest() throws IOException {
        String[] names = cacheFolder.toFile().list();
        if (names == null || names.length <= MOST_ENTRIES) {
            return;
        }
        List<File> byAge = Arrays.stream(names)
                .map(name -> cacheFolder.resolve(name).toFile())
                .sorted(Comparator.comparingLong(File::lastModified))
                .toList();
        for (File file : byAge.subList(0, byAge.size() / 2)) {
            Files.deleteIfExists(file.toPath());
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

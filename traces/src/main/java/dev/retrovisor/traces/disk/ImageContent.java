package dev.retrovisor.traces.disk;

import dev.retrovisor.traces.disk.ImageHashes.Identity;
import java.util.Optional;

/**
 * All bytes of an image, and their SHA-256 once somebody asks: {@link ImageHashes} may know it from the file that they
 * were read from. The bytes must not be changed. For one thread at a time.
 */
public final class ImageContent {
    private final byte[] bytes;
    private final Optional<Identity> identity;
    private final ImageHashes hashes;
    private String sha256;

    ImageContent(byte[] bytes, Optional<Identity> identity, ImageHashes hashes) {
        this.bytes = bytes;
        this.identity = identity;
        this.hashes = hashes;
    }

    /** An image that was in no file. */
    public static ImageContent of(byte[] bytes) {
        return new ImageContent(bytes, Optional.empty(), null);
    }

    /** An image that is not there. */
    public static ImageContent none() {
        return of(new byte[0]);
    }

    public byte[] bytes() {
        return bytes;
    }

    /** In lower-case hexadecimal. */
    public String sha256() {
        if (sha256 == null) {
            sha256 = identity.map(known -> hashes.sha256(known, bytes)).orElseGet(() -> ImageHashes.compute(bytes));
        }
        return sha256;
    }
}

package dev.retrovisor.guests;

/**
 * A file that something signed vouches for.
 *
 * @param path from the archive's root
 */
record FileFact(String path, long sizeBytes, String sha256) {
    /** @param statedIn what states size and hash, for the message where they are none */
    static FileFact parse(String path, String size, String sha256, String statedIn) {
        // The hash becomes a file name in our cache.
        if (!Hashes.isSha256(sha256)) {
            throw new GuestFormatException(statedIn, 0, "'" + sha256 + "'", "a SHA-256 of " + path);
        }
        if (!size.matches("\\d{1,15}")) {
            throw new GuestFormatException(statedIn, 0, "'" + size + "'", "the size of " + path);
        }
        return new FileFact(path, Long.parseLong(size), sha256);
    }

    /** Where an archive with by-hash copies also keeps an index, through updates of the archive. */
    String byHashPath() {
        return path.substring(0, path.lastIndexOf('/')) + "/by-hash/SHA256/" + sha256;
    }
}

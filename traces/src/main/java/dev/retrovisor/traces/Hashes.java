package dev.retrovisor.traces;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, the one hash here that withstands an attacker. */
final class Hashes {
    private Hashes() {}

    static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    static byte[] sha256(byte[] bytes) {
        return newSha256().digest(bytes);
    }

    static String hex(byte[] hash) {
        return HexFormat.of().formatHex(hash);
    }

    static boolean isHexSha256(String text) {
        return text.length() == 2 * TraceLayout.HASH_BYTES
                && text.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f');
    }
}

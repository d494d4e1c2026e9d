package dev.retrovisor.guests;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What the user may say about where a guest comes from.
 *
 * @param mirror the archive's root: an http, https or file URL; empty to take the host's own Debian mirror
 * @param keyring an OpenPGP keyring (binary or armoured) to trust instead of the host's Debian keyring
 */
public record PullOptions(Optional<String> mirror, Optional<Path> keyring) {
    public static PullOptions defaults() {
        return new PullOptions(Optional.empty(), Optional.empty());
    }
}

package dev.retrovisor.cli;

import dev.retrovisor.guests.PullOptions;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where a guest comes from: the options of all commands that may fetch one. */
final class PullChoice {
    @Option(
            names = "--mirror",
            paramLabel = "URL",
            description = "The archive, the folder above dists/: an http, https or file URL. Default: the host's own.")
    private Optional<String> mirror = Optional.empty();

    @Option(
            names = "--keyring",
            paramLabel = "FILE",
            description = "An OpenPGP keyring to trust instead of the host's Debian keyring.")
    private Optional<Path> keyring = Optional.empty();

    PullOptions options() {
        keyring.ifPresent(file -> InputFiles.requireFile(file, "--keyring"));
        return new PullOptions(mirror, keyring);
    }
}

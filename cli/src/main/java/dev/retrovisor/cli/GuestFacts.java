package dev.retrovisor.cli;

import dev.retrovisor.guests.Guest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A guest as {@code --format json} prints it. */
record GuestFacts(
        String name,
        String kernelVersion,
        String kernel,
        String kernelSha256,
        String initrd,
        String initrdSha256,
        long sizeBytes,
        String append,
        int memoryMiB,
        List<String> packages) {
    static GuestFacts of(Guest guest) {
        return new GuestFacts(
                guest.name(),
                guest.kernelVersion(),
                guest.kernel().toString(),
                guest.kernelSha256(),
                guest.initrd().toString(),
                guest.initrdSha256(),
                size(guest.kernel()) + size(guest.initrd()),
                guest.append(),
                guest.memoryMiB(),
                guest.packages());
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

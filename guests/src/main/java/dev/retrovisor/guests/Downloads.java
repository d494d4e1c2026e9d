package dev.retrovisor.guests;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Files from an archive, kept under their SHA-256. A download that was cut off stays as {@code HASH.part} and is gone
 * on with where the server can; a file gets its name only once its size and hash are right.
 */
final class Downloads {
    private static final int CHUNK_BYTES = 1 << 16;
    private static final int ATTEMPTS = 3;

    private final Path folder;
    private final Transport transport;
    private final Progress progress;

    /** A server has a file under that name, but not the one that is wanted. */
    static final class OtherFileException extends IOException {
        private static final long serialVersionUID = 1L;

        private final long offsetBytes;
        private final String found;
        private final String expected;

        OtherFileException(long offsetBytes, String found, String expected) {
            super("found %s, expected %s".formatted(found, expected));
            this.offsetBytes = offsetBytes;
            this.found = found;
            this.expected = expected;
        }

        String found() {
            return found;
        }
    }

    Downloads(Path folder, Transport transport, Progress progress) {
        this.folder = folder;
        this.transport = transport;
        this.progress = progress;
    }

    /** A small file whose hash is not known beforehand, and which is therefore not kept. */
    byte[] fetchUnhashed(URI uri, int limitBytes) throws IOException {
        progress.started(fileName(uri.getPath()), -1);
        try (InputStream in = new StallGuard(transport.open(uri, 0).in())) {
            byte[] content = in.readNBytes(limitBytes + 1);
            if (content.length > limitBytes) {
                throw new GuestFormatException(uri.toString(), limitBytes, "more bytes", "the end of the file");
            }
            progress.advanced(content.length);
            return content;
        } finally {
            progress.finished();
        }
    }

    /** Returns the file with this size and hash, from the cache or else from {@code uri}, which must have it. */
    Path fetch(URI uri, long sizeBytes, String sha256) {
        try {
            return fetchIfServed(uri, new FileFact(uri.getPath(), sizeBytes, sha256));
        } catch (Transport.AbsentException e) {
            throw new GuestException(
                    ("%s: %s, though the archive's index lists it: the mirror is incomplete or being updated;"
                                    + " try again later or pass another --mirror URL")
                            .formatted(uri, e.getMessage()),
                    e);
        } catch (OtherFileException e) {
            throw new GuestFormatException(uri.toString(), e.offsetBytes, e.found, e.expected);
        }
    }

    /**
     * As {@link #fetch}, for a file that may also lie elsewhere: progress names it as {@code wanted} does.
     *
     * @throws Transport.AbsentException if {@code uri} has no file
     * @throws OtherFileException if {@code uri} has one of another size or hash; nothing of it is kept
     */
    Path fetchIfServed(URI uri, FileFact wanted) throws Transport.AbsentException, OtherFileException {
        long sizeBytes = wanted.sizeBytes();
        String sha256 = wanted.sha256();
        Path whole = folder.resolve(sha256);
        Path part = folder.resolve(sha256 + ".part");
        progress.started(fileName(wanted.path()), sizeBytes);
        try {
            Files.createDirectories(folder);
            if (Files.exists(whole)) {
                if (Files.size(whole) == sizeBytes && Hashes.sha256(whole).equals(sha256)) {
                    progress.advanced(sizeBytes);
                    return whole;
                }
                Files.delete(whole);
            }
            boolean wasResumed = Files.exists(part);
            complete(uri, part, sizeBytes);
            if (wasResumed && !Hashes.sha256(part).equals(sha256)) {
                // The old part may have been damaged, or the server changed the file: once more, from the start.
                Files.delete(part);
                progress.finished();
                progress.started(fileName(wanted.path()), sizeBytes);
                complete(uri, part, sizeBytes);
            }
            requireHash(part, sha256);
            return Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (Transport.AbsentException | OtherFileException e) {
            throw e;
        } catch (IOException e) {
            throw new GuestException("%s: cannot download: %s".formatted(uri, reason(e)), e);
        } finally {
            progress.finished();
        }
    }

    /** Removes the downloads that {@code kept} does not name, unfinished ones too. */
    void keepOnly(Set<String> kept) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                if (!kept.contains(file.getFileName().toString())) {
                    Files.delete(file);
                }
            }
        }
    }

    private void complete(URI uri, Path part, long sizeBytes) throws IOException {
        Meter meter = new Meter();
        for (int attempt = 1; ; attempt++) {
            try {
                append(uri, part, sizeBytes, meter);
                return;
            } catch (Transport.AbsentException | OtherFileException e) {
                // Asking again would bring the same answer.
                throw e;
            } catch (IOException e) {
                if (attempt == ATTEMPTS) {
                    throw new GuestException(
                            "%s: the download broke off %d times (%s); what came is kept: run the same command to go on"
                                    .formatted(uri, ATTEMPTS, reason(e)),
                            e);
                }
            }
        }
    }

    private void append(URI uri, Path part, long sizeBytes, Meter meter) throws IOException {
        long have = Files.exists(part) ? Files.size(part) : 0;
        if (have > sizeBytes) {
            Files.delete(part);
            have = 0;
        }
        if (have == sizeBytes && have > 0) {
            meter.reach(have);
            return;
        }
        Transport.Body body = transport.open(uri, have);
        have = body.startBytes();
        if (body.fileBytesOrMinusOne() >= 0 && body.fileBytesOrMinusOne() != sizeBytes) {
            body.in().close();
            Files.deleteIfExists(part);
            throw new OtherFileException(
                    Math.min(body.fileBytesOrMinusOne(), sizeBytes),
                    body.fileBytesOrMinusOne() + " bytes",
                    sizeBytes + " bytes");
        }
        try (InputStream in = new StallGuard(body.in());
                OutputStream out = Files.newOutputStream(
                        part,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        have == 0 ? StandardOpenOption.TRUNCATE_EXISTING : StandardOpenOption.APPEND)) {
            byte[] chunk = new byte[CHUNK_BYTES];
            meter.reach(have);
            for (int got = in.read(chunk); got >= 0; got = in.read(chunk)) {
                if (have + got > sizeBytes) {
                    Files.delete(part);
                    throw new OtherFileException(sizeBytes, "more bytes", "the end of the file");
                }
                out.write(chunk, 0, got);
                have += got;
                meter.reach(have);
            }
        }
        if (have < sizeBytes) {
            throw new IOException("%d of %d bytes came".formatted(have, sizeBytes));
        }
    }

    /** Turns positions in the file into progress that never goes back, whatever is fetched twice. */
    private final class Meter {
        private long reachedBytes;

        void reach(long positionBytes) {
            if (positionBytes > reachedBytes) {
                progress.advanced(positionBytes - reachedBytes);
                reachedBytes = positionBytes;
            }
        }
    }

    private static void requireHash(Path part, String sha256) throws IOException {
        String found = Hashes.sha256(part);
        if (!found.equals(sha256)) {
            Files.delete(part);
            throw new OtherFileException(0, "SHA-256 " + found, "SHA-256 " + sha256);
        }
    }

    /** Java's connection failures often carry no message: what is under them says more than "null". */
    static String reason(IOException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException) {
                return "unknown host";
            }
        }
        if (e.getMessage() != null) {
            return e.getMessage();
        }
        return e instanceof ConnectException ? "cannot connect" : e.getClass().getSimpleName();
    }

    private static String fileName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}

package dev.retrovisor.guests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.openpgp.PGPException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole chain, from a signed archive in a folder to a guest that is ready to boot. */
final class GuestsTest {
    @TempDir
    private Path folder;

    private FakeMirror mirror;
    private Guests guests;

    @BeforeEach
    void makeMirror() throws IOException, PGPException {
        mirror = new FakeMirror(Files.createDirectory(folder.resolve("mirror")));
        guests = new Guests(folder.resolve("cache"), host());
    }

    private Host host() {
        return new Host(
                folder.resolve("apt"), folder.resolve("keyrings"), Map.of(), InstantSource.fixed(FakeMirror.NOW));
    }

    private Guest pull() throws IOException {
        return guests.pull(
                "debian", new PullOptions(Optional.of(mirror.url()), Optional.of(mirror.keyring())), Progress.NONE);
    }

    @Test
    void aSignedArchiveBecomesAGuestThatIsFoundByName() throws IOException {
        Guest pulled = pull();

        assertEquals(pulled, guests.resolve("debian"));
        assertEquals(List.of(pulled), guests.list());
        assertEquals(FakeMirror.RELEASE, pulled.kernelVersion(), "the metapackage's newest version decides");
        assertTrue(pulled.append().startsWith("console=ttyS0 "), "the board's console is in: " + pulled.append());
        assertEquals(pulled.append() + " retrovisor.run=demo", pulled.appendForWorkload("demo"));
        assertArrayEquals(FakeMirror.flatImage(), Files.readAllBytes(pulled.kernel()));
        assertEquals(Hashes.sha256(pulled.initrd()), pulled.initrdSha256());
    }

    @Test
    void theSamePackagesGiveTheSameBytes() throws IOException {
        Guest first = pull();
        guests.remove("debian");

        assertEquals(first, pull());
    }

    @Test
    void nothingIsFetchedButTheIndexWhenTheGuestIsOfToday() throws IOException {
        pull();
        List<String> started = new ArrayList<>();

        guests.pull(
                "debian", new PullOptions(Optional.of(mirror.url()), Optional.of(mirror.keyring())), listTo(started));

        assertEquals(List.of("InRelease", "Packages.xz"), started);
    }

    @Test
    void whatAKilledRunLeftBehindGoesAwayWithTheNext() throws IOException {
        Files.createDirectories(folder.resolve("cache/work"));
        Files.writeString(folder.resolve("cache/work/module-0"), "left");
        Files.createDirectories(folder.resolve("cache/guests/.debian.new"));

        Guest guest = pull();

        assertEquals(List.of(guest), guests.list());
        assertFalse(Files.exists(folder.resolve("cache/work")));
        assertFalse(Files.exists(folder.resolve("cache/guests/.debian.new")));
    }

    @Test
    void aRemovedGuestLeavesNoDownloadsAndIsNotFound() throws IOException {
        pull();
        guests.remove("debian");

        assertFalse(Files.exists(folder.resolve("cache/downloads")));
        String message = assertThrows(GuestException.class, () -> guests.resolve("debian"))
                .getMessage();
        assertTrue(message.contains("guest pull debian"), "the remedy is in: " + message);
    }

    @Test
    void aDamagedKernelInTheCacheIsRefusedAndMendedByPulling() throws IOException {
        Guest guest = pull();
        Files.write(guest.kernel(), new byte[] {1});

        String message = assertThrows(GuestFormatException.class, () -> guests.resolve("debian"))
                .getMessage();

        assertTrue(message.contains(guest.kernelSha256()), "the expected hash is in: " + message);
        assertEquals(guest, pull());
        assertEquals(guest, guests.resolve("debian"));
    }

    @Test
    void aReleaseSignedByAnotherKeyIsRefused() throws IOException, PGPException {
        String release = "Codename: trixie\n";
        Files.writeString(mirror.inRelease(), FakeMirror.clearSign(release, FakeMirror.newKey()));

        String message = assertThrows(GuestException.class, this::pull).getMessage();

        assertTrue(message.contains("not in the keyring"), "the reason is in: " + message);
    }

    @Test
    void aReleaseChangedAfterSigningIsRefused() throws IOException {
        String inRelease = Files.readString(mirror.inRelease(), StandardCharsets.ISO_8859_1);
        Files.writeString(mirror.inRelease(), inRelease.replace("Origin: Debian", "Origin: Nobody"));

        String message = assertThrows(GuestException.class, this::pull).getMessage();

        assertTrue(message.contains("does not match the text"), "the reason is in: " + message);
    }

    @Test
    void anotherSuitesReleaseIsRefusedThoughWellSigned() throws IOException {
        mirror.publishRelease("Codename: bookworm\nSHA256:\n");

        String message = assertThrows(GuestFormatException.class, this::pull).getMessage();

        assertTrue(message.contains("codename bookworm"), message);
    }

    @Test
    void anIndexThatTheReleaseDoesNotDescribeIsRefused() throws IOException {
        Path index = mirror.folder().resolve("dists/trixie/main/binary-riscv64/Packages.xz");
        byte[] content = Files.readAllBytes(index);
        content[content.length / 2] ^= 1;
        Files.write(index, content);

        assertThrows(GuestFormatException.class, this::pull);
    }

    @Test
    void aPackageWithAWrongHashIsRefusedWithBothHashesAndRemoved() throws IOException {
        byte[] good = mirror.deb("busybox.deb");
        byte[] bad = good.clone();
        bad[bad.length - 1] ^= 1;
        Files.write(mirror.folder().resolve("pool/busybox.deb"), bad);

        String message = assertThrows(GuestFormatException.class, this::pull).getMessage();

        assertTrue(message.contains(Hashes.sha256(good)), "the expected hash is in: " + message);
        assertTrue(message.contains(Hashes.sha256(bad)), "the found hash is in: " + message);
        try (Stream<Path> downloads = Files.list(folder.resolve("cache/downloads"))) {
            assertTrue(
                    downloads.noneMatch(file -> file.getFileName().toString().startsWith(Hashes.sha256(good))),
                    "the bad file is gone");
        }
        assertTrue(guests.list().isEmpty(), "no half guest is listed");
    }

    @Test
    void aPackageThatTheMirrorLacksIsSaidToBeMissing() throws IOException {
        Files.delete(mirror.folder().resolve("pool/kernel.deb"));

        String message = assertThrows(GuestException.class, this::pull).getMessage();

        assertTrue(message.contains("kernel.deb") && message.contains("--mirror"), message);
    }

    @Test
    void theHostsOwnMirrorAndKeyringAreTakenWhereNoneIsNamed() throws IOException {
        Files.createDirectories(host().aptFolder());
        Files.writeString(host().aptFolder().resolve("sources.list"), "deb " + mirror.url() + " bookworm main\n");
        Files.createDirectories(host().keyringsFolder());
        Files.copy(mirror.keyring(), host().keyringsFolder().resolve("debian-archive-keyring.gpg"));

        Guest guest = guests.pull("debian", PullOptions.defaults(), Progress.NONE);

        assertEquals(guest, guests.resolve("debian"));
    }

    @Test
    void withNoMirrorOrKeyringTheOptionToPassIsNamed() {
        PullOptions noMirror = PullOptions.defaults();
        PullOptions noKeyring = new PullOptions(Optional.of(mirror.url()), Optional.empty());

        String mirrorMessage = assertThrows(GuestException.class, () -> guests.pull("debian", noMirror, Progress.NONE))
                .getMessage();
        String keyringMessage = assertThrows(
                        GuestException.class, () -> guests.pull("debian", noKeyring, Progress.NONE))
                .getMessage();

        assertTrue(mirrorMessage.contains("--mirror URL"), mirrorMessage);
        assertTrue(keyringMessage.contains("--keyring FILE"), keyringMessage);
    }

    @Test
    void namesThatAreNoGuestsAreRefused() {
        assertThrows(GuestException.class, () -> guests.pull("plan9", PullOptions.defaults(), Progress.NONE));
        assertThrows(GuestException.class, () -> guests.remove("../cache"));
        assertThrows(GuestException.class, () -> guests.resolve("plan9"));
    }

    private static Progress listTo(List<String> started) {
        return new Progress() {
            @Override
            public void started(String what, long totalBytesOrMinusOne) {
                started.add(what);
            }

            @Override
            public void advanced(long bytes) {}

            @Override
            public void finished() {}
        };
    }
}

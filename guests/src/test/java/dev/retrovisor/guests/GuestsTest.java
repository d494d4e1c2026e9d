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
import java.nio.file.StandardCopyOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.api.OpenPGPKey;
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
        Files.writeString(mirror.inRelease("trixie"), FakeMirror.clearSign(release, FakeMirror.newKey()));

        String message = assertThrows(GuestException.class, this::pull).getMessage();

        assertTrue(message.contains("not in the keyring"), "the reason is in: " + message);
    }

    @Test
    void aReleaseChangedAfterSigningIsRefused() throws IOException {
        String inRelease = Files.readString(mirror.inRelease("trixie"), StandardCharsets.ISO_8859_1);
        Files.writeString(mirror.inRelease("trixie"), inRelease.replace("Origin: Debian", "Origin: Nobody"));

        String message = assertThrows(GuestException.class, this::pull).getMessage();

        assertTrue(message.contains("does not match the text"), "the reason is in: " + message);
    }

    @Test
    void anotherSuitesReleaseIsRefusedThoughWellSigned() throws IOException {
        mirror.publishRelease("trixie", "Codename: bookworm\nSHA256:\n");

        String message = assertThrows(GuestFormatException.class, this::pull).getMessage();

        assertTrue(message.contains("codename bookworm"), message);
    }

    @Test
    void anIndexThatTheReleaseDoesNotDescribeIsRefusedWithBothHashes() throws IOException {
        byte[] good = Files.readAllBytes(mirror.index("trixie"));
        byte[] bad = good.clone();
        bad[bad.length / 2] ^= 1;
        Files.write(mirror.index("trixie"), bad);

        String message = assertThrows(GuestException.class, this::pull).getMessage();

        assertTrue(message.contains(Hashes.sha256(good)), "the expected hash is in: " + message);
        assertTrue(message.contains(Hashes.sha256(bad)), "the found hash is in: " + message);
    }

    @Test
    void aMirrorInMidUpdateIsReadUnderTheSuitesAlias() throws IOException {
        mirror.beginUpdate();

        Guest guest = pull();

        assertEquals(guest, guests.resolve("debian"));
        assertEquals(FakeMirror.RELEASE, guest.kernelVersion());
        assertTrue(
                Files.exists(folder.resolve("cache/downloads").resolve(Hashes.sha256(mirror.index("stable")))),
                "the alias's index was taken");
    }

    @Test
    void anIndexThatIsOldUnderItsNameIsTakenByItsHash() throws IOException {
        byte[] newIndex = mirror.beginUpdate();
        Path byHash = mirror.index("trixie").resolveSibling("by-hash/SHA256").resolve(Hashes.sha256(newIndex));
        Files.createDirectories(byHash.getParent());
        Files.write(byHash, newIndex);
        List<String> started = new ArrayList<>();

        guests.pull(
                "debian", new PullOptions(Optional.of(mirror.url()), Optional.of(mirror.keyring())), listTo(started));

        assertTrue(
                Files.exists(folder.resolve("cache/downloads").resolve(Hashes.sha256(newIndex))),
                "the new index was taken");
        assertEquals(List.of("InRelease", "Packages.xz", "Packages.xz"), started.subList(0, 3), "no alias is asked");
    }

    @Test
    void aMirrorWhereNoReleaseFitsItsIndexIsSaidToBeInMidUpdate() throws IOException {
        byte[] oldIndex = Files.readAllBytes(mirror.index("trixie"));
        byte[] newIndex = mirror.beginUpdate();
        Files.copy(mirror.inRelease("trixie"), mirror.inRelease("stable"), StandardCopyOption.REPLACE_EXISTING);

        String message = assertThrows(GuestException.class, this::pull).getMessage();

        for (String fact : List.of(
                "in the middle of an update",
                mirror.url(),
                "dists/trixie/InRelease (release 13.8)",
                "dists/stable/InRelease (release 13.8)",
                newIndex.length + " bytes with SHA-256 " + Hashes.sha256(newIndex),
                oldIndex.length + " bytes",
                "try again later",
                "--mirror URL")) {
            assertTrue(message.contains(fact), "'%s' is in: %s".formatted(fact, message));
        }
        try (Stream<Path> downloads = Files.list(folder.resolve("cache/downloads"))) {
            assertEquals(List.of(), downloads.toList(), "nothing is left that a later pull would go on with");
        }
    }

    @Test
    void anAliasThatNowMeansAnotherSuiteIsNotTaken() throws IOException {
        mirror.beginUpdate();
        mirror.publishRelease("stable", "Version: 14.0\nCodename: forky\nSHA256:\n");

        String message = assertThrows(GuestException.class, this::pull).getMessage();

        assertTrue(message.contains("(release 14.0) is of forky, not of trixie"), message);
    }

    @Test
    void anAliasSignedByAnotherKeyIsRefused() throws IOException, PGPException {
        mirror.beginUpdate();
        Files.writeString(mirror.inRelease("stable"), FakeMirror.clearSign("Codename: trixie\n", FakeMirror.newKey()));

        String message = assertThrows(GuestException.class, this::pull).getMessage();

        assertTrue(message.contains("not in the keyring"), "the reason is in: " + message);
    }

    @Test
    void whereOneOfTheHostsMirrorsIsInMidUpdateTheNextIsAsked() throws IOException, PGPException {
        OpenPGPKey key = FakeMirror.newKey();
        FakeMirror updating = new FakeMirror(Files.createDirectory(folder.resolve("updating")), key);
        FakeMirror whole = new FakeMirror(Files.createDirectory(folder.resolve("whole")), key);
        updating.beginUpdate();
        Files.delete(updating.inRelease("stable"));
        Files.createDirectories(host().aptFolder());
        Files.writeString(
                host().aptFolder().resolve("sources.list"),
                "deb %s trixie main\ndeb %s trixie main\n".formatted(updating.url(), whole.url()));

        Guest guest =
                guests.pull("debian", new PullOptions(Optional.empty(), Optional.of(whole.keyring())), Progress.NONE);

        assertEquals(guest, guests.resolve("debian"));
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

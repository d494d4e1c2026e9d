package dev.retrovisor.traces.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.retrovisor.traces.disk.ImageHashes.Identity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageHashesTest {
    private static final FileTime SOME_TIME = FileTime.from(Instant.parse("2026-01-02T03:04:05Z"));
    private static final String HASH_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    private static final String HASH_OF_ABCD = "88d4266fd4e6338d13b845fcf289579d209c897823b9217da3e161936f031589";
    private static final String HASH_OF_XYZ = "3608bca1e44ea6c4d268eb6db02260269892c0b42b86bbf1e77a6fa16c3c9282";
    private static final String WRONG_HASH = "0".repeat(64);
    private static final long MAX_BYTES = 1000;

    @TempDir
    private Path folder;

    private Path cache;
    private Path image;
    private ImageHashes hashes;

    @BeforeEach
    void writeAnImage() throws IOException {
        cache = folder.resolve("cache/image-hashes");
        image = folder.resolve("disk.img");
        // Later than any change that a test makes.
        hashes = new ImageHashes(cache, InstantSource.offset(InstantSource.system(), Duration.ofHours(1)));
        write("abc");
    }

    private void write(String content) throws IOException {
        Files.writeString(image, content);
        Files.setLastModifiedTime(image, SOME_TIME);
    }

    private List<Path> entries() throws IOException {
        try (var files = Files.list(cache)) {
            return files.toList();
        }
    }

    /** A cached hash that is wrong shows whether it is the cache that answers. */
    private void spoilTheCache() throws IOException {
        for (Path entry : entries()) {
            Files.writeString(entry, Files.readString(entry).replaceFirst("^[0-9a-f]{64}", WRONG_HASH));
        }
    }

    /** Waits until the file system gives a change another time than those before. */
    private void untilTheNextTick() throws IOException {
        Path probe = folder.resolve("probe");
        Files.writeString(probe, "");
        FileTime first = Files.getLastModifiedTime(probe);
        do {
            Files.writeString(probe, "");
        } while (Files.getLastModifiedTime(probe).equals(first));
    }

    @Test
    void theHashIsSha256AndIsKeptOnce() throws IOException {
        assertEquals(HASH_OF_ABC, hashes.sha256(image));
        assertEquals(HASH_OF_ABC, hashes.sha256(folder.resolve("cache/../disk.img")), "the same file by another name");
        assertEquals(HASH_OF_ABC, hashes.read(image, MAX_BYTES).sha256());
        assertEquals(1, entries().size());
    }

    @Test
    void aFileThatIsUnchangedIsNotHashedAgain() throws IOException {
        hashes.sha256(image);
        spoilTheCache();
        assertEquals(WRONG_HASH, hashes.sha256(image));
        assertEquals(WRONG_HASH, hashes.read(image, MAX_BYTES).sha256());
    }

    @Test
    void aFileOfAnotherTimeOrLengthIsHashedAgain() throws IOException {
        hashes.sha256(image);
        write("abcd");
        assertEquals(HASH_OF_ABCD, hashes.sha256(image));
        write("xyz");
        Files.setLastModifiedTime(image, FileTime.from(SOME_TIME.toInstant().plusNanos(1000)));
        assertEquals(HASH_OF_XYZ, hashes.read(image, MAX_BYTES).sha256());
        assertEquals(HASH_OF_XYZ, hashes.sha256(image));
    }

    @Test
    void aFileThatIsAlteredAndGivenItsOldTimeIsHashedAgain() throws IOException {
        hashes.sha256(image);
        untilTheNextTick();
        write("xyz");
        assertEquals(HASH_OF_XYZ, hashes.sha256(image), "length, inode and time of writing are as they were");
    }

    @Test
    void aFileThatHasJustChangedIsNotTrusted() throws IOException {
        Instant soonAfter = Identity.of(image).changedAt().plusMillis(50);
        var now = new ImageHashes(cache, () -> soonAfter);
        assertEquals(HASH_OF_ABC, now.sha256(image));
        assertEquals(HASH_OF_ABC, now.read(image, MAX_BYTES).sha256());
        now.remember(image, Identity.of(image), HASH_OF_ABC);
        assertFalse(Files.exists(cache), "a change in the same tick of the clock would not show");
    }

    @Test
    void theHashOfBytesThatWereReadIsTheirOwnWhateverBecomesOfTheFile() throws IOException {
        ImageContent content = hashes.read(image, MAX_BYTES);
        untilTheNextTick();
        write("xyz");
        assertEquals(HASH_OF_ABC, content.sha256());
        assertEquals(HASH_OF_XYZ, hashes.sha256(image), "and the file's is the file's");
    }

    @Test
    void aFileThatWasWrittenIsKnownUnlessItChanges() throws IOException {
        Identity written = Identity.of(image);
        hashes.remember(image, written, WRONG_HASH);
        assertEquals(WRONG_HASH, hashes.sha256(image));
        untilTheNextTick();
        write("xyz");
        hashes.remember(image, written, WRONG_HASH);
        assertEquals(HASH_OF_XYZ, hashes.sha256(image));
    }

    @Test
    void oneByteTooManyIsReadAndNoMore() throws IOException {
        write("abcdefgh");
        assertEquals("abcd", new String(hashes.read(image, 3).bytes()));
        assertEquals(HASH_OF_ABCD, hashes.read(image, 3).sha256());
        assertEquals("abcdefgh", new String(hashes.read(image, 8).bytes()));
        assertEquals(HASH_OF_ABC, ImageContent.of("abc".getBytes()).sha256());
    }

    @Test
    void theCacheStaysSmall() throws IOException {
        Files.createDirectories(cache);
        for (int i = 0; i < 1500; i++) {
            Files.setLastModifiedTime(Files.writeString(cache.resolve("old-" + i), ""), SOME_TIME);
        }
        hashes.sha256(image);
        spoilTheCache();
        assertEquals(WRONG_HASH, hashes.sha256(image), "the new entry stays");
        assertEquals(751, entries().size());
    }

    @Test
    void aDamagedEntryIsWorkedOutAnew() throws IOException {
        hashes.sha256(image);
        Path entry = entries().getFirst();
        String good = Files.readString(entry);
        for (String damaged :
                List.of("", "no hash\nno file", good.substring(1), good.replace("disk.img", "disc.img"))) {
            Files.writeString(entry, damaged);
            assertEquals(HASH_OF_ABC, hashes.sha256(image));
            assertEquals(good, Files.readString(entry), "the entry is mended");
        }
    }

    @Test
    void withoutAPlaceForTheCacheTheHashIsRightAllTheSame() throws IOException {
        Path noFolder = Files.writeString(folder.resolve("file"), "");
        assertEquals(HASH_OF_ABC, new ImageHashes(noFolder.resolve("cache")).sha256(image));
    }

    @Test
    void aMissingImageIsNamed() {
        Path missing = folder.resolve("missing.img");
        var refused = assertThrows(NoSuchFileException.class, () -> hashes.sha256(missing));
        assertEquals(missing.toString(), refused.getFile());
    }
}

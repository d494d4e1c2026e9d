package dev.retrovisor.traces.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageHashesTest {
    private static final FileTime SOME_TIME = FileTime.from(Instant.parse("2026-01-02T03:04:05Z"));
    private static final String HASH_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @TempDir
    private Path folder;

    private Path cache;
    private Path image;
    private ImageHashes hashes;

    @BeforeEach
    void writeAnImage() throws IOException {
        cache = folder.resolve("cache/disk-hashes");
        image = folder.resolve("disk.img");
        hashes = new ImageHashes(cache);
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

    @Test
    void theHashIsSha256AndIsKeptOnce() throws IOException {
        assertEquals(HASH_OF_ABC, hashes.sha256(image));
        assertEquals(HASH_OF_ABC, hashes.sha256(folder.resolve("cache/../disk.img")), "the same file by another name");
        assertEquals(1, entries().size());
    }

    @Test
    void aFileThatLooksUnchangedIsNotReadAgain() throws IOException {
        hashes.sha256(image);
        write("xyz");
        assertEquals(HASH_OF_ABC, hashes.sha256(image), "length, time and inode are as they were");
    }

    @Test
    void aFileOfAnotherTimeOrLengthIsReadAgain() throws IOException {
        hashes.sha256(image);
        write("abcd");
        assertEquals("88d4266fd4e6338d13b845fcf289579d209c897823b9217da3e161936f031589", hashes.sha256(image));
        write("abc");
        Files.setLastModifiedTime(image, FileTime.from(SOME_TIME.toInstant().plusNanos(1000)));
        assertEquals(HASH_OF_ABC, hashes.sha256(image));
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

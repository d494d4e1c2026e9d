package dev.retrovisor.guests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** sources.list(5). */
final class AptSourcesTest {
    @TempDir
    private Path apt;

    private void write(String name, String text) throws IOException {
        Path file = apt.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private List<String> mirrors() {
        return new AptSources(apt).debianMirrors();
    }

    @Test
    void oneLineEntriesAreReadWithTheirOptionsAndComments() throws IOException {
        write("sources.list", """
                # deb http://off.example/debian bookworm main
                deb-src http://src.example/debian bookworm main
                deb [arch=amd64 signed-by=/k.gpg] http://a.example/debian/ bookworm main contrib # ours
                deb https://b.example/debian trixie-updates main
                """);

        assertEquals(List.of("http://a.example/debian", "https://b.example/debian"), mirrors());
    }

    @Test
    void stanzasAreReadAndDisabledOnesPassedOver() throws IOException {
        write("sources.list.d/debian.sources", """
                # the mirror
                Types: deb deb-src
                URIs: http://a.example/debian
                  http://b.example/debian
                Suites: trixie trixie-backports
                Components: main non-free

                Enabled: no
                Types: deb
                URIs: http://c.example/debian
                Suites: trixie
                Components: main
                """);

        assertEquals(List.of("http://a.example/debian", "http://b.example/debian"), mirrors());
    }

    @Test
    void otherDistributionsAndTheSecurityArchiveArePassedOver() throws IOException {
        write("sources.list", """
                deb http://a.example/ubuntu noble main universe
                deb http://a.example/debian-security trixie-security main
                deb http://a.example/node nodistro main
                deb cdrom:[Debian]/ trixie main
                """);

        assertEquals(List.of(), mirrors());
    }

    @Test
    void aListOfMirrorsIsFollowed() throws IOException {
        write("mirrors/debian.list", "https://a.example/debian\tpriority:1\n# none\n");
        write("sources.list.d/x.sources", """
                Types: deb
                URIs: mirror+file://%s
                Suites: trixie
                Components: main
                """.formatted(apt.resolve("mirrors/debian.list")));

        assertEquals(List.of("https://a.example/debian"), mirrors());
    }

    @Test
    void aHostWithoutAptHasNoMirror() {
        assertEquals(List.of(), new AptSources(apt.resolve("none")).debianMirrors());
    }
}

package dev.retrovisor.guests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Downloads over HTTP from a server on the loopback that can be told to misbehave. */
final class DownloadsTest {
    @TempDir
    private Path folder;

    private final byte[] content = new byte[300_000];
    private final List<String> ranges = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean rangesServed = true;
    private volatile boolean lengthStated = true;
    /** How many bytes the server sends before it hangs up; each answer takes the next, then all is sent. */
    private final List<Integer> cuts = Collections.synchronizedList(new ArrayList<>());

    private HttpServer server;
    private Transport transport;
    private Downloads downloads;

    @BeforeEach
    void start() throws IOException {
        new Random(7).nextBytes(content);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/file", this::answer);
        server.start();
        transport = new Transport(Map.of());
        downloads = new Downloads(folder, transport, Progress.NONE);
    }

    @AfterEach
    void stop() {
        transport.close();
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        ranges.add(String.valueOf(range));
        int from = range == null || !rangesServed ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
        if (from >= content.length) {
            exchange.sendResponseHeaders(416, -1);
            exchange.close();
            return;
        }
        if (from > 0) {
            exchange.getResponseHeaders()
                    .add("Content-Range", "bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, lengthStated ? content.length - from : 0);
        int sent = cuts.isEmpty() ? content.length - from : cuts.removeFirst();
        exchange.getResponseBody().write(content, from, sent);
        exchange.getResponseBody().flush();
        exchange.close();
    }

    private Path fetch() {
        return downloads.fetch(uri("/file"), content.length, Hashes.sha256(content));
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    private Path part() {
        return folder.resolve(Hashes.sha256(content) + ".part");
    }

    @Test
    void aFileIsFetchedOnceAndThenTakenFromTheCache() throws IOException {
        Path first = fetch();

        assertArrayEquals(content, Files.readAllBytes(first));
        assertEquals(first, fetch());
        assertEquals(1, ranges.size(), "one request");
    }

    @Test
    void aPartLeftBehindIsGoneOnWith() throws IOException {
        Files.write(part(), Arrays.copyOf(content, 100_000));

        assertArrayEquals(content, Files.readAllBytes(fetch()));
        assertEquals(List.of("bytes=100000-"), ranges);
        assertFalse(Files.exists(part()));
    }

    @Test
    void aServerWithoutRangesIsReadFromTheStart() throws IOException {
        rangesServed = false;
        Files.write(part(), Arrays.copyOf(content, 100_000));

        assertArrayEquals(content, Files.readAllBytes(fetch()));
    }

    @Test
    void aDamagedPartIsFetchedAgainFromTheStart() throws IOException {
        Files.write(part(), new byte[100_000]);

        assertArrayEquals(content, Files.readAllBytes(fetch()));
        assertEquals(List.of("bytes=100000-", "null"), ranges);
    }

    @Test
    void aPartThatIsTooLongIsThrownAway() throws IOException {
        Files.write(part(), new byte[content.length + 1]);

        assertArrayEquals(content, Files.readAllBytes(fetch()));
    }

    @Test
    void aConnectionThatBreaksIsResumedInTheSameRun() throws IOException {
        cuts.add(120_000);

        assertArrayEquals(content, Files.readAllBytes(fetch()));
        assertEquals(2, ranges.size());
        assertTrue(ranges.getLast().startsWith("bytes="), "resumed with " + ranges.getLast());
    }

    @Test
    void aConnectionThatKeepsBreakingIsGivenUpAndThePartKept() throws IOException {
        cuts.addAll(List.of(50_000, 50_000, 50_000));

        String message = assertThrows(GuestException.class, this::fetch).getMessage();

        assertTrue(message.contains("run the same command to go on"), message);
        assertTrue(Files.size(part()) > 0, "what came is kept");
    }

    @Test
    void progressCountsEachByteOnceHoweverOftenTheConnectionBreaks() {
        cuts.addAll(List.of(120_000, 60_000));
        long[] counted = {0};
        Downloads counting = new Downloads(folder, transport, new Progress() {
            @Override
            public void started(String what, long totalBytesOrMinusOne) {}

            @Override
            public void advanced(long bytes) {
                counted[0] += bytes;
            }

            @Override
            public void finished() {}
        });

        counting.fetch(uri("/file"), content.length, Hashes.sha256(content));

        assertEquals(content.length, counted[0]);
    }

    @Test
    void aFileThatIsLongerThanItsIndexSaysIsRefused() {
        GuestFormatException refused = assertThrows(
                GuestFormatException.class,
                () -> downloads.fetch(uri("/file"), 1000, Hashes.sha256(Arrays.copyOf(content, 1000))));

        assertEquals(1000, refused.offsetBytes());
    }

    @Test
    void aFileThatGoesOnAfterItsIndexesSizeIsRefusedThoughItsLengthWasNotStated() {
        lengthStated = false;

        GuestFormatException refused = assertThrows(
                GuestFormatException.class,
                () -> downloads.fetch(uri("/file"), 1000, Hashes.sha256(Arrays.copyOf(content, 1000))));

        assertEquals(1000, refused.offsetBytes());
    }

    @Test
    void aServerThatStatesAnotherSizeIsAskedOnceAndLeavesNoPart() throws IOException {
        String wanted = Hashes.sha256(new byte[0]);

        String message = assertThrows(
                        GuestFormatException.class, () -> downloads.fetch(uri("/file"), content.length + 1_836, wanted))
                .getMessage();

        assertTrue(message.contains("found 300000 bytes, expected 301836 bytes"), message);
        assertEquals(1, ranges.size(), "no second request for what will not come");
        assertFalse(Files.exists(folder.resolve(wanted + ".part")));
    }

    @Test
    void aPartThatIsTheWholeOfAnotherFileIsThrownAway() throws IOException {
        String wanted = Hashes.sha256(new byte[0]);
        Files.write(folder.resolve(wanted + ".part"), content);

        assertThrows(GuestFormatException.class, () -> downloads.fetch(uri("/file"), content.length + 1_836, wanted));

        assertEquals(List.of("bytes=300000-", "null"), ranges);
        assertFalse(Files.exists(folder.resolve(wanted + ".part")));
    }

    @Test
    void aPartOfAFileThatHasAnotherSizeByNowIsThrownAway() throws IOException {
        String wanted = Hashes.sha256(new byte[0]);
        Files.write(folder.resolve(wanted + ".part"), new byte[100_000]);

        assertThrows(GuestFormatException.class, () -> downloads.fetch(uri("/file"), content.length + 1_836, wanted));

        assertEquals(List.of("bytes=100000-"), ranges, "the range's answer states the whole file's size");
        assertFalse(Files.exists(folder.resolve(wanted + ".part")));
    }

    @Test
    void aMissingFileIsNotAskedForAgain() {
        String message = assertThrows(
                        GuestException.class, () -> downloads.fetch(uri("/none"), 10, Hashes.sha256(content)))
                .getMessage();

        assertTrue(message.contains("404"), message);
    }

    @Test
    void theEnvironmentsProxyIsUsedUnlessTheHostIsExcepted() throws IOException {
        String proxy = "127.0.0.1:" + server.getAddress().getPort();
        try (Transport proxied = new Transport(Map.of("http_proxy", proxy));
                Transport excepted = new Transport(Map.of("http_proxy", proxy, "no_proxy", "mirror.invalid"))) {
            URI elsewhere = URI.create("http://mirror.invalid/file");

            assertArrayEquals(content, proxied.open(elsewhere, 0).in().readAllBytes());
            assertThrows(IOException.class, () -> excepted.open(elsewhere, 0));
        }
    }
}

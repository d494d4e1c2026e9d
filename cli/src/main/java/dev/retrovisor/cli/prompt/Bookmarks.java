package dev.retrovisor.cli.prompt;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import dev.retrovisor.cli.UserMistake;
import dev.retrovisor.traces.Position;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Names and notes that a user gave to positions of a trace, in {@code bookmarks.json} in its folder: docs/formats/bookmarks.md.
 * They are beside the recording, no part of what it proves.
 */
final class Bookmarks {
    static final String FILE = "bookmarks.json";

    private static final String SCHEMA = "retrovisor.bookmarks";
    private static final int SCHEMA_VERSION = 1;
    private static final long MOST_BYTES = 16 << 20;
    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    /**
     * A position that is remembered.
     *
     * @param name empty for a note alone
     */
    record Bookmark(String name, long step, long virtualNanos, String note) {
        Position position() {
            return new Position(step, virtualNanos);
        }
    }

    private record Content(String schema, int schemaVersion, List<Bookmark> bookmarks) {}

    private final Path file;
    private List<Bookmark> all;

    Bookmarks(Path trace) {
        file = trace.resolve(FILE);
    }

    /** In the order of positions. */
    List<Bookmark> all() {
        if (all == null) {
            all = read();
        }
        return all;
    }

    List<String> names() {
        return all().stream()
                .map(Bookmark::name)
                .filter(name -> !name.isEmpty())
                .toList();
    }

    Optional<Bookmark> find(String name) {
        return all().stream()
                .filter(each -> !name.isEmpty() && each.name().equals(name))
                .findFirst();
    }

    /** Adds one; one of the same name goes away. */
    void add(Bookmark bookmark) {
        var more = new ArrayList<>(read());
        more.removeIf(each -> !bookmark.name().isEmpty() && each.name().equals(bookmark.name()));
        more.add(bookmark);
        more.sort(Comparator.comparingLong(Bookmark::step).thenComparingLong(Bookmark::virtualNanos));
        write(more);
    }

    void remove(Bookmark bookmark) {
        var rest = new ArrayList<>(read());
        rest.remove(bookmark);
        write(rest);
    }

    private List<Bookmark> read() {
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw unreadable("is %,d bytes long".formatted(Files.size(file)));
            }
            Content content = GSON.fromJson(Files.readString(file), Content.class);
            if (content == null || !SCHEMA.equals(content.schema)) {
                throw unreadable("holds no bookmarks");
            }
            if (content.schemaVersion != SCHEMA_VERSION) {
                throw unreadable(
                        "has version %d, this build reads %d".formatted(content.schemaVersion, SCHEMA_VERSION));
            }
            List<Bookmark> found = content.bookmarks == null ? List.of() : content.bookmarks;
            for (Bookmark each : found) {
                if (each == null || each.name == null || each.note == null || each.step < 0 || each.virtualNanos < 0) {
                    throw unreadable("has a bookmark without name, position or note");
                }
            }
            return List.copyOf(found);
        } catch (JsonParseException e) {
            throw unreadable("is no JSON: " + e.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private UserMistake unreadable(String what) {
        return new UserMistake("%s: %s: mend it, or move it away".formatted(file, what));
    }

    private void write(List<Bookmark> bookmarks) {
        Path begun = file.resolveSibling(
                "%s.%d.part".formatted(FILE, ProcessHandle.current().pid()));
        try {
            try {
                Files.writeString(begun, GSON.toJson(new Content(SCHEMA, SCHEMA_VERSION, bookmarks)) + "\n");
                Files.move(begun, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(begun);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        all = List.copyOf(bookmarks);
    }
}

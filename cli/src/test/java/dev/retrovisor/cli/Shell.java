package dev.retrovisor.cli;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.retrovisor.guests.Guests;
import dev.retrovisor.guests.Host;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;

/** Runs commands as a user would, in this JVM, with a cache of guests of its own. */
final class Shell {
    static final Instant NOW = Instant.parse("2026-11-23T03:15:00Z");

    private final Path cache;

    Shell(Path cache) {
        this.cache = cache;
    }

    /** What a command printed and how it ended. */
    record Ended(int exitCode, String out, String err) {
        JsonObject json() {
            return JsonParser.parseString(out).getAsJsonObject();
        }

        /** The only line on standard error. */
        String error() {
            String line = err.stripTrailing();
            if (line.contains("\n")) {
                throw new AssertionError("an error is one line, but found:\n" + err);
            }
            return line;
        }
    }

    Context context(PrintStream out, PrintStream err) {
        var host = new Host(cache.resolve("apt"), cache.resolve("keys"), Map.of(), () -> NOW);
        return new Context(
                Screen.plain(out, err),
                new Guests(cache.resolve("guests"), host),
                () -> Clock.fixed(NOW, ZoneOffset.UTC));
    }

    Ended run(String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var screenOut = new PrintStream(out, true, StandardCharsets.UTF_8);
        var screenErr = new PrintStream(err, true, StandardCharsets.UTF_8);
        int exitCode = new CommandTree(context(screenOut, screenErr)).run(arguments);
        screenOut.flush();
        screenErr.flush();
        return new Ended(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}

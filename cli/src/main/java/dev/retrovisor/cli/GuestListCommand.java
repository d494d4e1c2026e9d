package dev.retrovisor.cli;

import dev.retrovisor.guests.Guests;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The guests in the cache, and those that could be. */
@Command(
        name = "list",
        aliases = "ls",
        description = "List the guests that are ready, and those that can be pulled.",
        optionListHeading = "%nOptions:%n",
        footer = {"", "@|bold Examples|@", "  retrovisor guest list", "  retrovisor guest list --format json"})
final class GuestListCommand implements Callable<Integer> {
    private static final int SCHEMA_VERSION = 1;

    private final Context context;

    @Mixin
    private OutputFormat.Choice format;

    GuestListCommand(Context context) {
        this.context = context;
    }

    /** What {@code --format json} prints. */
    private record GuestList(String folder, List<GuestFacts> guests, List<String> available) {}

    @Override
    public Integer call() {
        Screen screen = context.screen();
        List<GuestFacts> ready =
                context.guests().list().stream().map(GuestFacts::of).toList();
        List<String> available = Guests.known().stream()
                .filter(name -> ready.stream().noneMatch(guest -> guest.name().equals(name)))
                .toList();
        if (format.isJson()) {
            var facts = new GuestList(context.guests().cacheFolder().toString(), ready, available);
            screen.out().println(Json.of("guests", SCHEMA_VERSION, facts));
            return ExitCode.GOOD;
        }
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("GUEST", "STATE", "SIZE", "KERNEL"));
        ready.forEach(guest ->
                rows.add(List.of(guest.name(), "ready", Text.bytes(guest.sizeBytes()), guest.kernelVersion())));
        available.forEach(name -> rows.add(List.of(name, "not here", "-", "get it: retrovisor guest pull " + name)));
        List<String> lines = Text.columns(rows);
        screen.out().println(screen.bold(lines.getFirst()));
        lines.stream().skip(1).forEach(screen.out()::println);
        return ExitCode.GOOD;
    }
}

package dev.retrovisor.cli;

import dev.retrovisor.guests.Guest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Gets a guest from its distribution's archive. */
@Command(
        name = "pull",
        description = {
            "Get a guest from its distribution's archive, or bring it up to date.",
            "What comes is checked against the archive's signature. A download that was cut off goes on."
        },
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "@|bold Examples|@",
            "  retrovisor guest pull debian      from the host's own Debian mirror",
            "  retrovisor guest pull debian --mirror file:/srv/debian"
        })
final class GuestPullCommand implements Callable<Integer> {
    private static final int SCHEMA_VERSION = 1;

    private final Context context;

    @Parameters(
            paramLabel = "GUEST",
            completionCandidates = GuestCommand.Names.class,
            description = "The guest: debian.")
    private String name;

    @Mixin
    private PullChoice pull;

    @Option(
            names = {"-q", "--quiet"},
            description = "Show no progress.")
    private boolean quiet;

    @Mixin
    private OutputFormat.Choice format;

    GuestPullCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Screen screen = context.screen();
        Guest guest =
                context.guests().pull(name, pull.options(), ProgressBar.ofBytes(screen, quiet || format.isJson()));
        if (format.isJson()) {
            screen.out().println(Json.of("guest", SCHEMA_VERSION, GuestFacts.of(guest)));
        } else {
            screen.out()
                    .println("%s is ready: Linux %s; boot it with 'retrovisor record %s'"
                            .formatted(screen.bold(guest.name()), guest.kernelVersion(), guest.name()));
        }
        return ExitCode.GOOD;
    }
}

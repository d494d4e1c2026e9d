package dev.retrovisor.cli;

import dev.retrovisor.introspect.event.EventStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What is told of a guest while it runs live: the options of all commands that run one. */
final class EventOptions {
    @Option(
            names = "--events",
            paramLabel = "STREAM[,STREAM]",
            split = ",",
            completionCandidates = StreamList.Names.class,
            description = "Tell what happens in the guest's Linux as it happens; 'retrovisor events' lists the streams."
                    + " The guest, and its recording, are the same with it and without.")
    private List<String> streams = new ArrayList<>();

    @Option(
            names = "--events-filter",
            paramLabel = "EXPR",
            description = "Tell only what this holds of, as --filter of 'retrovisor events'.")
    private Optional<String> filter = Optional.empty();

    @Option(
            names = "--events-to",
            paramLabel = "FILE",
            description = "Where the events go; its name says how: .json, .jsonl, .csv, or else a table."
                    + " Default: a table on standard error.")
    private Optional<Path> file = Optional.empty();

    /** Who tells, if the user wants it. */
    Optional<LiveLook> open(Screen screen, String guest) {
        if (streams.isEmpty()) {
            if (filter.isPresent() || file.isPresent()) {
                throw new UserMistake("%s: of no streams: name some with --events"
                        .formatted(filter.isPresent() ? "--events-filter" : "--events-to"));
            }
            return Optional.empty();
        }
        List<EventStream> watched = StreamList.named(streams);
        var wanted = StreamList.filter(filter, watched);
        return Optional.of(LiveEvents.of(screen, guest, watched, wanted, file));
    }
}

package dev.retrovisor.cli;

import dev.retrovisor.introspect.inspect.Column;
import dev.retrovisor.introspect.inspect.Column.Style;
import dev.retrovisor.replayer.Replay;
import dev.retrovisor.replayer.ReplayPlace;
import dev.retrovisor.replayer.ReplayResult;
import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.replayer.timeline.Timeline;
import dev.retrovisor.replayer.timeline.TimelineOptions;
import dev.retrovisor.replayer.timeline.Watcher;
import dev.retrovisor.traces.Checkpoint;
import dev.retrovisor.traces.CheckpointPolicy;
import dev.retrovisor.traces.CheckpointStore;
import dev.retrovisor.traces.CheckpointUsage;
import dev.retrovisor.traces.Checkpointer;
import dev.retrovisor.traces.CheckpointsLockedException;
import dev.retrovisor.traces.StoredState;
import dev.retrovisor.traces.TraceReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists, adds, names and deletes the checkpoints of a trace. */
@Command(
        name = "checkpoints",
        description = {
            "List a trace's checkpoints: states from which any position near them is reached fast.",
            "A recording takes some; --fill adds so many that no position is far from one. They can be deleted at any",
            "time: the trace still replays."
        },
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "@|bold Examples|@",
            "  retrovisor checkpoints debian.trace",
            "  retrovisor checkpoints debian.trace --fill",
            "  retrovisor checkpoints debian.trace --add boot+2s --name booted",
            "  retrovisor checkpoints debian.trace --rename auto-512000000=before-crash",
            "  retrovisor checkpoints debian.trace --delete auto"
        })
final class CheckpointsCommand implements Callable<Integer> {
    private static final int SCHEMA_VERSION = 1;

    private final Screen screen;

    @Mixin
    private ReplayChoice choice;

    @ArgGroup
    private Change change = new Change();

    @Option(names = "--name", paramLabel = "NAME", description = "For --add: its name. Default: its step.")
    private Optional<String> name = Optional.empty();

    @Mixin
    private OutputFormat.Choice format;

    /** What to do with them. */
    static final class Change {
        @Option(names = "--add", paramLabel = "POSITION", description = "Add one: at " + ReplayTarget.SYNTAX + ".")
        private Optional<String> add = Optional.empty();

        @Option(names = "--fill", description = "Replay all of the trace and add one for each tenth of a second of it.")
        private boolean fill;

        @Option(names = "--rename", paramLabel = "OLD=NEW", description = "Give one another name.")
        private Optional<String> rename = Optional.empty();

        @Option(
                names = "--delete",
                paramLabel = "NAME|auto|all",
                split = ",",
                description = "Delete some: those named, those that nobody named (auto), or all.")
        private List<String> delete = new ArrayList<>();

        @Option(names = "--compact", description = "Give back the room of pages that no checkpoint has any more.")
        private boolean compact;
    }

    CheckpointsCommand(Context context) {
        this.screen = context.screen();
    }

    /** A checkpoint. */
    record Row(
            String name,
            long step,
            @Column(Style.NANOS) long nanos,
            long pages,
            @Column(Style.BYTES) long bytes,
            boolean automatic) {}

    /** All of them, as JSON has them. */
    record Facts(String trace, long totalBytes, long unusedBytes, List<Row> checkpoints) {}

    @Override
    public Integer call() {
        InputFiles.requireTrace(choice.trace());
        if (name.isPresent() && change.add.isEmpty()) {
            throw new UserMistake("--name: only with --add");
        }
        try {
            change();
        } catch (CheckpointsLockedException e) {
            throw new UserMistake(
                    "%s: another process is writing checkpoints: try again later".formatted(choice.trace()), e);
        }
        list();
        return ExitCode.GOOD;
    }

    private void change() {
        if (change.add.isPresent()) {
            add(ReplayTarget.parse(change.add.get()));
        } else if (change.fill) {
            fill();
        } else if (change.rename.isPresent()) {
            rename(change.rename.get());
        } else if (!change.delete.isEmpty()) {
            delete(change.delete);
        } else if (change.compact) {
            write(CheckpointStore::compact);
        }
    }

    private void add(ReplayTarget target) {
        try (var timeline = Timeline.open(choice.trace(), choice.options(), TimelineOptions.standard())) {
            target.resolve(timeline.trace());
            timeline.seek(target, Watcher.NONE);
            refusing(() ->
                    timeline.checkpoint(name.orElse("at-" + timeline.position().step())));
        }
    }

    private void fill() {
        var runner = new ReplayRunner(screen);
        try (Replay replay = runner.open(choice.trace(), choice.options(), choice.quiet())) {
            EngineOptions.tell(screen, replay.machine().engineNotice());
            ReplayResult result;
            Optional<String> notice;
            try (var checkpointer = new Checkpointer(
                    replay.machine(),
                    replay.trace().checkpointsForWriting(),
                    StoredState.powerOn(replay.machine().pageSpaces()),
                    CheckpointPolicy.replaying(),
                    System::nanoTime)) {
                result = runner.run(replay, ReplayTarget.END, choice.quiet(), () -> false, () -> {
                    if (checkpointer.isDue()) {
                        ReplayPlace place = replay.place();
                        checkpointer.take(place.inputs(), place.entries());
                    }
                });
                notice = checkpointer.notice();
            }
            notice.ifPresent(words -> screen.err().println(words));
            switch (result.outcome()) {
                case END, UNTIL -> {}
                case CANCELLED, DIVERGED -> throw new ReplayCutShort(choice.trace(), result);
            }
        }
    }

    private void rename(String words) {
        int sign = words.indexOf('=');
        if (sign < 0) {
            throw new UserMistake("--rename %s: give OLD=NEW".formatted(words));
        }
        write(store -> store.rename(words.substring(0, sign), words.substring(sign + 1), ""));
    }

    private void delete(List<String> words) {
        write(store -> {
            List<String> names = new ArrayList<>();
            for (String word : words) {
                switch (word) {
                    case "all" -> store.list().forEach(each -> names.add(each.name()));
                    case "auto" ->
                        store.list().stream().filter(Checkpoint::automatic).forEach(each -> names.add(each.name()));
                    default -> names.add(word);
                }
            }
            store.delete(names.stream().distinct().toList());
            store.compact();
        });
    }

    /** Something done to a store. */
    @FunctionalInterface
    private interface Writing {
        void to(CheckpointStore store);
    }

    private void write(Writing writing) {
        try (TraceReader trace = TraceReader.open(choice.trace());
                CheckpointStore store = trace.checkpointsForWriting()) {
            refusing(() -> writing.to(store));
        }
    }

    /** A store says of names that can't be, or are not there, what is wrong with them. */
    private void refusing(Runnable action) {
        try {
            action.run();
        } catch (IllegalArgumentException e) {
            throw new UserMistake("%s: %s".formatted(choice.trace(), e.getMessage()), e);
        }
    }

    private void list() {
        Facts facts;
        try (TraceReader trace = TraceReader.open(choice.trace());
                CheckpointStore store = trace.checkpoints()) {
            CheckpointUsage usage = store.usage();
            facts = new Facts(
                    choice.trace().toString(),
                    usage.totalBytes(),
                    usage.unusedBytes(),
                    store.list().stream().map(each -> row(each, usage)).toList());
        }
        if (format.isJson()) {
            screen.out().println(Json.of("checkpoints", SCHEMA_VERSION, facts));
            return;
        }
        if (facts.checkpoints().isEmpty()) {
            screen.out()
                    .println("no checkpoints: 'retrovisor checkpoints %s --fill' adds some".formatted(choice.trace()));
            return;
        }
        Sheet sheet = Sheet.ofOutput(screen);
        var table = new RowTable(RowShape.of(Row.class));
        facts.checkpoints().forEach(table::add);
        sheet.print(table);
        sheet.to()
                .println("%s in all%s"
                        .formatted(
                                Text.bytes(facts.totalBytes()),
                                facts.unusedBytes() == 0
                                        ? ""
                                        : ", of which --compact gives back " + Text.bytes(facts.unusedBytes())));
    }

    private static Row row(Checkpoint checkpoint, CheckpointUsage usage) {
        return new Row(
                checkpoint.name(),
                checkpoint.position().step(),
                checkpoint.position().virtualNanos(),
                checkpoint.pages(),
                usage.ownBytes().getOrDefault(checkpoint.name(), 0L),
                checkpoint.automatic());
    }
}

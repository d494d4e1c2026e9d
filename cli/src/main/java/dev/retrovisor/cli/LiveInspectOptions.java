package dev.retrovisor.cli;

import dev.retrovisor.replayer.ReplayException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** What is asked of a guest while it runs live: the options of all commands that run one. */
final class LiveInspectOptions {
    @Option(
            names = "--inspect",
            paramLabel = "NAME[,NAME]",
            split = ",",
            completionCandidates = InspectCommand.Names.class,
            description =
                    "Look into the guest's Linux; 'retrovisor inspect' lists what can be asked. The guest, and its"
                            + " recording, are the same with it and without.")
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--inspect-at",
            paramLabel = "WHEN",
            description = "When to look: a step (12_000_000, 250M), boot+2.5s of virtual time, or end, when the machine"
                    + " stops. May be repeated. Default: end.")
    private List<String> positions = new ArrayList<>();

    @Option(
            names = "--inspect-pid",
            paramLabel = "N",
            converter = Values.Pid.class,
            description = "Look only at this process, by its number in the initial namespace.")
    private Optional<Integer> pid = Optional.empty();

    @Option(
            names = "--inspect-address",
            paramLabel = "ADDRESS",
            converter = GuestAddress.Converter.class,
            description = "The address that is asked about, as --address of 'retrovisor inspect'.")
    private Optional<GuestAddress> address = Optional.empty();

    @Option(
            names = "--inspect-to",
            paramLabel = "FILE",
            description = "Where the answers go; its name says how: .json, .jsonl, .csv, or else a table."
                    + " Default: a table on standard error.")
    private Optional<Path> file = Optional.empty();

    /**
     * Who looks, if the user wants it.
     *
     * @param kernelImage the kernel's file as it was loaded, asked for if anybody looks
     */
    Optional<LiveLook> open(Screen screen, String guest, Supplier<byte[]> kernelImage) {
        if (names.isEmpty()) {
            requireNothingElse();
            return Optional.empty();
        }
        Questions questions = Questions.of(names, pid, address, "--inspect-address");
        List<LiveInspections.When> when = positions.isEmpty()
                ? List.of(when("end"))
                : positions.stream().map(LiveInspectOptions::when).toList();
        RowFormat format = file.map(RowFormat::ofFile).orElse(RowFormat.TABLE);
        questions.requirePrintable(format);
        Sheet sheet = file.map(each -> Sheet.ofFile(each, "--inspect-to")).orElseGet(() -> Sheet.ofError(screen));
        return Optional.of(new LiveInspections(screen, guest, kernelImage.get(), questions, when, sheet, format));
    }

    private static LiveInspections.When when(String text) {
        try {
            return LiveInspections.When.of(text);
        } catch (ReplayException _) {
            throw new UserMistake(
                    "--inspect-at '%s' is not understood: give a step (250M), boot+2.5s of virtual time, or end"
                            .formatted(text));
        }
    }

    private void requireNothingElse() {
        String option = !positions.isEmpty()
                ? "--inspect-at"
                : pid.isPresent() ? "--inspect-pid" : address.isPresent() ? "--inspect-address" : "--inspect-to";
        if (!positions.isEmpty() || pid.isPresent() || address.isPresent() || file.isPresent()) {
            throw new UserMistake("%s: asks nothing: name inspections with --inspect".formatted(option));
        }
    }
}

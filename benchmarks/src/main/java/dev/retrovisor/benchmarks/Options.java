package dev.retrovisor.benchmarks;

import dev.retrovisor.machine.EngineChoice;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What to measure.
 *
 * @param runs of the guest on Retrovisor and on QEMU
 * @param icountRuns of the guest on a QEMU that records
 * @param ours whether Retrovisor takes part
 * @param qemu whether QEMU takes part
 * @param recordings of Debian's workloads
 * @param replays of each recording
 * @param engine for {@link GuestRun}
 * @param json whether the report is for programs
 * @param output where the report goes, beside standard output if it is JSON
 * @param prepareOnly whether to make the guest, say how to run it by hand, and stop
 * @param names of workloads, groups and parts; none for all
 */
record Options(
        int runs,
        int icountRuns,
        boolean ours,
        boolean qemu,
        int recordings,
        int replays,
        EngineChoice engine,
        boolean json,
        Optional<Path> output,
        boolean prepareOnly,
        List<String> names) {

    private static final String ENGINES = Arrays.stream(EngineChoice.values())
            .map(choice -> choice.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", "));

    /** Recordings of Debian's workloads, compared with the same unrecorded. */
    static final String RECORDINGS = "recordings";

    /** One recording of the whole suite. */
    static final String LOG = "log";

    /** What looking into the guest costs. */
    static final String LOOKS = "looks";

    static final String USAGE =
            """
            usage: benchmarks/run [OPTION...] [NAME...]
              NAME                a workload, a group of them (%s),
                                  recordings, log, or looks; all if none is given
              --runs N            runs of the guest on both machines, of which medians are taken (5)
              --icount-runs N     runs on a QEMU that records (1; 0 if names are given)
              --recordings N      recordings of Debian's workloads (4)
              --replays N         replays of each (1)
              --ours-only         leave QEMU out
              --qemu-only         leave Retrovisor out
              --engine NAME       engine that runs the workloads (translator): %s
              --format FORMAT     table or json
              -o, --output FILE   write the report there; a table is still printed
              --prepare           make the guest, print the commands that run it, and stop
            """.formatted(Arrays.stream(Group.values()).map(Group::word).collect(Collectors.joining(", ")), ENGINES);

    /** Something that the user wrote and can mend. */
    static final class UsageException extends Exception {
        private static final long serialVersionUID = 1L;

        UsageException(String message) {
            super(message);
        }
    }

    static Options parse(String[] arguments) throws UsageException {
        int runs = 5;
        int icountRuns = -1;
        boolean ours = true;
        boolean qemu = true;
        int recordings = 4;
        int replays = 1;
        EngineChoice engine = EngineChoice.TRANSLATOR;
        boolean json = false;
        Optional<Path> output = Optional.empty();
        boolean prepareOnly = false;
        List<String> names = new ArrayList<>();
        Deque<String> left = new ArrayDeque<>(List.of(arguments));
        while (!left.isEmpty()) {
            String word = left.pop();
            switch (word) {
                case "--runs" -> runs = number(word, left, 1);
                case "--icount-runs" -> icountRuns = number(word, left, 0);
                case "--recordings" -> recordings = number(word, left, 1);
                case "--replays" -> replays = number(word, left, 1);
                case "--ours-only" -> qemu = false;
                case "--qemu-only" -> ours = false;
                case "--engine" -> engine = engine(value(word, left));
                case "--format" -> json = isJson(value(word, left));
                case "-o", "--output" -> output = Optional.of(Path.of(value(word, left)));
                case "--prepare" -> prepareOnly = true;
                case "--help" -> throw new UsageException("what it can do:");
                default -> names.add(name(word));
            }
        }
        if (icountRuns < 0) {
            icountRuns = names.isEmpty() ? 1 : 0;
        }
        return new Options(
                runs,
                qemu ? icountRuns : 0,
                ours,
                qemu,
                recordings,
                replays,
                engine,
                json,
                output,
                prepareOnly,
                List.copyOf(names));
    }

    private static String value(String option, Deque<String> left) throws UsageException {
        if (left.isEmpty()) {
            throw new UsageException(option + " needs a value");
        }
        return left.pop();
    }

    private static int number(String option, Deque<String> left, int least) throws UsageException {
        String text = value(option, left);
        if (!text.matches("\\d{1,6}") || Integer.parseInt(text) < least) {
            throw new UsageException("%s %s: must be a number from %d".formatted(option, text, least));
        }
        return Integer.parseInt(text);
    }

    private static EngineChoice engine(String name) throws UsageException {
        for (EngineChoice choice : EngineChoice.values()) {
            if (choice.name().equalsIgnoreCase(name)) {
                return choice;
            }
        }
        throw new UsageException("--engine %s: there is %s".formatted(name, ENGINES));
    }

    private static boolean isJson(String format) throws UsageException {
        return switch (format) {
            case "json" -> true;
            case "table" -> false;
            default -> throw new UsageException("--format %s: there is table and json".formatted(format));
        };
    }

    private static String name(String word) throws UsageException {
        if (!word.matches("[a-z0-9][a-z0-9-]*")) {
            throw new UsageException("'%s' is neither an option nor a name".formatted(word));
        }
        return word;
    }

    private boolean wants(String part) {
        return names.isEmpty() || names.contains(part);
    }

    boolean wantsBoot() {
        return wants(Group.BOOT.word());
    }

    boolean wantsRecordings() {
        return ours && wants(RECORDINGS);
    }

    boolean wantsLog() {
        return ours && wants(LOG);
    }

    boolean wantsLooks() {
        return ours && wants(LOOKS);
    }

    /** The names that the program in the guest knows; none for all. */
    List<String> workloads() {
        return names.stream()
                .filter(name ->
                        !List.of(Group.BOOT.word(), RECORDINGS, LOG, LOOKS).contains(name))
                .toList();
    }

    boolean wantsWorkloads() {
        return names.isEmpty() || !workloads().isEmpty();
    }

    boolean wantsPython() {
        return wantsLog() || names.contains("python3") || wants(Group.DYNAMIC.word());
    }
}

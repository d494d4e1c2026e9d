package dev.retrovisor.benchmarks;

import com.google.gson.GsonBuilder;
import dev.retrovisor.guests.GuestException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs the same Debian guest with the same workloads on Retrovisor and on QEMU, in turn and one at a time, records and
 * replays it, and prints the figures beside what is asked for. Exit code 1 if a guest
 * fails, or the machines disagree on a result.
 */
public final class Benchmarks {
    private static final Path FOLDER = Path.of("benchmarks/target/guest").toAbsolutePath();

    private final Options options;
    private final BenchGuest guest;
    private final Results results = new Results();

    private Benchmarks(Options options, BenchGuest guest) {
        this.options = options;
        this.guest = guest;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Options options;
        try {
            options = Options.parse(arguments);
        } catch (Options.UsageException e) {
            System.err.printf("benchmarks/run: %s%n%s", e.getMessage(), Options.USAGE);
            System.exit(2);
            return;
        }
        BenchGuest guest;
        try {
            guest = BenchGuest.prepare(FOLDER, options.wantsPython());
        } catch (GuestException e) {
            System.err.println("benchmarks/run: " + e.getMessage());
            System.exit(2);
            return;
        }
        var benchmarks = new Benchmarks(options, guest);
        if (options.prepareOnly()) {
            benchmarks.printCommands();
        } else {
            try {
                System.exit(benchmarks.run());
            } catch (IOException e) {
                System.err.println("benchmarks/run: " + e.getMessage());
                System.exit(1);
            }
        }
    }

    private void printCommands() {
        for (BenchGuest.Boot boot : boots()) {
            for (Contender contender : contenders()) {
                List<String> command = command(contender, boot).stream()
                        .map(word -> word.contains(" ") ? "'" + word + "'" : word)
                        .toList();
                System.out.printf("# %s%n%s%n", contender.title(), String.join(" ", command));
            }
        }
    }

    /** The exit code. */
    private int run() throws IOException, InterruptedException {
        int rounds = Math.max(options.runs(), options.icountRuns());
        for (int round = 0; round < rounds; round++) {
            for (BenchGuest.Boot boot : boots()) {
                for (Contender contender : contenders()) {
                    if (round < runs(contender)) {
                        measure(contender, boot, round);
                    }
                }
            }
        }
        for (String name : options.workloads()) {
            if (results.names().stream()
                    .noneMatch(ran -> ran.equals(name) || results.group(ran).equals(name))) {
                System.err.printf("benchmarks/run: no workload or group '%s' in the guest%n", name);
                return 2;
            }
        }
        var recordings = new Recordings(FOLDER, options.replays());
        List<Recordings.Cost> debian = options.wantsRecordings() ? recordings.debian(options.recordings()) : List.of();
        List<Recordings.Cost> suite = options.wantsLog() ? List.of(recordings.suite(guest)) : List.of();
        List<Report.LimitRow> looks =
                options.wantsLooks() ? new Looks(FOLDER, options.runs()).measure(guest) : List.of();
        Report report = Report.of(options, results, debian, suite, looks);
        print(report);
        return report.faults().isEmpty() ? 0 : 1;
    }

    private List<BenchGuest.Boot> boots() {
        var boots = new ArrayList<BenchGuest.Boot>();
        if (options.wantsBoot()) {
            boots.add(guest.toInit());
        }
        if (options.wantsWorkloads()) {
            boots.add(guest.workloads(options.workloads()));
        }
        return boots;
    }

    private List<Contender> contenders() {
        var contenders = new ArrayList<Contender>();
        for (Contender contender : Contender.values()) {
            if (runs(contender) > 0) {
                contenders.add(contender);
            }
        }
        return contenders;
    }

    private int runs(Contender contender) {
        return switch (contender) {
            case RETROVISOR -> options.ours() ? options.runs() : 0;
            case QEMU -> options.qemu() ? options.runs() : 0;
            case QEMU_RECORDING -> options.icountRuns();
        };
    }

    private void measure(Contender contender, BenchGuest.Boot boot, int round)
            throws IOException, InterruptedException {
        System.err.printf(
                "run %d of %d on %s: %s%n",
                round + 1, runs(contender), contender.title(), boot.equals(guest.toInit()) ? "boot" : "workloads");
        List<Sample> samples = GuestProcess.run(command(contender, boot));
        Files.deleteIfExists(recording());
        for (Sample sample : samples) {
            System.err.printf(
                    "  %-10s %7.2f CPU s, %7.2f s  %s%n",
                    sample.name(), sample.cpuNanos() / 1e9, sample.wallNanos() / 1e9, sample.checksum());
        }
        results.add(contender, samples);
    }

    private List<String> command(Contender contender, BenchGuest.Boot boot) {
        return contender.command(boot, options.engine(), recording());
    }

    private static Path recording() {
        return FOLDER.resolve("qemu-recording");
    }

    private void print(Report report) throws IOException {
        String json = new GsonBuilder()
                        .setPrettyPrinting()
                        .serializeNulls()
                        .disableHtmlEscaping()
                        .create()
                        .toJson(report)
                + "\n";
        String table = Tables.of(report);
        String wanted = options.json() ? json : table;
        if (options.output().isPresent()) {
            Files.writeString(options.output().get(), wanted);
            System.out.print(table);
        } else {
            System.out.print(wanted);
        }
    }
}

package dev.retrovisor.machine.fuzz;

import java.io.IOException;

/**
 * Fuzzes the translator against the interpreter for a time: {@code [--minutes N] [--seed S] [--program P] [--float N]}.
 * Program numbers count up from the seed; {@code --program} runs a single one; {@code --float} runs no programs, but each
 * floating-point instruction over at least that many operands in each rounding mode. Ends with 1 and a report where the
 * engines differ.
 */
public final class Fuzz {
    private static final long REPORT_NANOS = 60_000_000_000L;

    private Fuzz() {}

    public static void main(String[] arguments) throws IOException {
        double minutes = 1;
        long seed = System.currentTimeMillis() / 1000 << 24;
        boolean single = false;
        long floatCases = 0;
        for (int i = 0; i < arguments.length; i += 2) {
            String value = i + 1 < arguments.length ? arguments[i + 1] : "";
            switch (arguments[i]) {
                case "--minutes" -> minutes = Double.parseDouble(value);
                case "--seed" -> seed = Long.parseLong(value);
                case "--program" -> {
                    seed = Long.parseLong(value);
                    single = true;
                }
                case "--float" -> floatCases = Long.parseLong(value);
                default -> {
                    System.err.println(
                            "fuzz: expected [--minutes N] [--seed S] [--program P] [--float N], found " + arguments[i]);
                    System.exit(2);
                }
            }
        }
        if (floatCases > 0) {
            System.exit(runFloat(seed, floatCases) ? 0 : 1);
        }
        try (var fuzzer = new Fuzzer()) {
            if (!run(fuzzer, seed, single ? 0 : (long) (minutes * REPORT_NANOS))) {
                System.exit(1);
            }
        }
    }

    /** Runs at least one program; false if the engines differ. */
    private static boolean run(Fuzzer fuzzer, long seed, long nanos) {
        var log = new FuzzLog();
        long start = System.nanoTime();
        long reported = start;
        long program = seed;
        do {
            log.running(program);
            String report = fuzzer.run(program);
            if (!report.isEmpty()) {
                System.out.println(report);
                System.out.println("Again: testkit/fuzz --program " + program);
                return false;
            }
            program++;
            if (System.nanoTime() - reported > REPORT_NANOS) {
                reported = System.nanoTime();
                print(fuzzer.counts(), seed, program, reported - start);
            }
        } while (System.nanoTime() - start < nanos);
        fuzzer.statistics().forEach((name, count) -> System.out.printf("%-40s %,15d%n", name, count));
        print(fuzzer.counts(), seed, program, System.nanoTime() - start);
        return true;
    }

    /** Runs floating-point instructions; false if the engines differ. */
    private static boolean runFloat(long seed, long operands) throws IOException {
        try (var fuzzer = new FloatFuzzer(seed)) {
            while (fuzzer.operands() < operands) {
                String difference = fuzzer.runBatch();
                if (!difference.isEmpty()) {
                    System.out.println(difference);
                    System.out.println("Again: testkit/fuzz --float " + operands + " --seed " + seed);
                    return false;
                }
            }
            System.out.println(fuzzer.report() + ", seed " + seed);
            return true;
        }
    }

    private static void print(Fuzzer.Counts counts, long seed, long next, long nanos) {
        System.out.printf(
                "%,d programs (seeds %d to %d), %,d slices, %,d instructions, %,d traps, %.1f minutes: no difference%n",
                counts.programs(),
                seed,
                next - 1,
                counts.slices(),
                counts.instructions(),
                counts.traps(),
                nanos / 6e10);
    }
}

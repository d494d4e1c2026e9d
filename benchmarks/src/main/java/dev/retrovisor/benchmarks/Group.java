package dev.retrovisor.benchmarks;

import java.util.Arrays;
import java.util.Optional;

/**
 * A kind of work, and how fast a guest must be at it: QEMU's CPU time divided by ours. Workloads name their group by
 * its word, see {@code src/main/guest/bench.h}.
 */
enum Group {
    BOOT("boot", "Debian boot to init, CPU less %.1f s of JVM start".formatted(Group.JVM_START_SECONDS), 1.0, 0, 1.5),
    INTEGER("integer", "integer programs", 1.2, 0.6, 1.8),
    DYNAMIC("dynamic", "indirect calls, interpreters in the guest", 2, 0, 3),
    FLOAT("float", "floating point", 1.5, 0, 3),
    SYSTEM("system", "system calls, pipes, fork+exec, page faults", 1.5, 1.5, 3),
    TLB("tlb", "TLB-hostile loads", 2, 0, 4),
    SELF_MODIFYING("selfmod", "self-modifying code", 2, 0, 5);

    /** How far ahead of a QEMU that records every workload must be. */
    static final double RECORDING_BAR = 1.5;

    /** What a JVM costs before its program begins; the boot's row leaves it out. */
    static final double JVM_START_SECONDS = 0.4;

    private final String word;
    private final String title;
    private final double bar;
    private final double floor;
    private final double stretch;

    /**
     * @param bar for the geometric mean
     * @param floor for each workload, 0 for none
     * @param stretch for the geometric mean
     */
    Group(String word, String title, double bar, double floor, double stretch) {
        this.word = word;
        this.title = title;
        this.bar = bar;
        this.floor = floor;
        this.stretch = stretch;
    }

    static Optional<Group> ofWord(String word) {
        return Arrays.stream(values()).filter(group -> group.word.equals(word)).findFirst();
    }

    String word() {
        return word;
    }

    String title() {
        return title;
    }

    double bar() {
        return bar;
    }

    double floor() {
        return floor;
    }

    double stretch() {
        return stretch;
    }
}

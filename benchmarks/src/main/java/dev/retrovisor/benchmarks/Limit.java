package dev.retrovisor.benchmarks;

/** What must stay below a bound. */
enum Limit {
    RECORDING("CPU of recording, to not recording", 1.02, 1.01),
    REPLAY("time of replay, to recording", 1.0, 0.8),
    LOG("bytes of log for 1,000 instructions", 0.1, 0.02),
    SYSCALL_STREAM("CPU of replay with syscall events, to without", 1.5, 1.1),
    PROCESS_STREAM("CPU of replay with process events, to without", 1.05, 1.01),
    DISCOVERY("seconds to find symbols and types", 1.0, 0.3),
    PROCESS_LIST("seconds to list processes", 0.2, 0.05),
    MEMORY("resident memory after boot, to QEMU's", 1.5, 1.0);

    private final String title;
    private final double bar;
    private final double stretch;

    Limit(String title, double bar, double stretch) {
        this.title = title;
        this.bar = bar;
        this.stretch = stretch;
    }

    String title() {
        return title;
    }

    double bar() {
        return bar;
    }

    double stretch() {
        return stretch;
    }
}

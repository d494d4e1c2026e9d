package dev.retrovisor.introspect.ipc;

/** Names of signals as riscv64 numbers them: include/uapi/asm-generic/signal.h. */
final class SignalNames {
    private static final int FIRST_REAL_TIME = 34;

    private static final String[] NAMES = {
        "0", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
        "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
        "WINCH", "IO", "PWR", "SYS"
    };

    private SignalNames() {}

    static String of(int signal) {
        if (signal > 0 && signal < NAMES.length) {
            return "SIG" + NAMES[signal];
        }
        // The first two of real time are the C library's own.
        return signal < FIRST_REAL_TIME ? "signal " + signal : "SIGRTMIN+" + (signal - FIRST_REAL_TIME);
    }
}

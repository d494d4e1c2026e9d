package dev.retrovisor.introspect.linux;

import java.util.ArrayList;
import java.util.List;

/**
 * Signals of Linux on riscv64, by number from 1.
 *
 * @param bits bit 0 is signal 1
 */
public record SignalSet(long bits) {
    private static final List<String> NAMES = List.of(
            "SIGHUP",
            "SIGINT",
            "SIGQUIT",
            "SIGILL",
            "SIGTRAP",
            "SIGABRT",
            "SIGBUS",
            "SIGFPE",
            "SIGKILL",
            "SIGUSR1",
            "SIGSEGV",
            "SIGUSR2",
            "SIGPIPE",
            "SIGALRM",
            "SIGTERM",
            "SIGSTKFLT",
            "SIGCHLD",
            "SIGCONT",
            "SIGSTOP",
            "SIGTSTP",
            "SIGTTIN",
            "SIGTTOU",
            "SIGURG",
            "SIGXCPU",
            "SIGXFSZ",
            "SIGVTALRM",
            "SIGPROF",
            "SIGWINCH",
            "SIGIO",
            "SIGPWR",
            "SIGSYS");

    public static final int COUNT = 64;

    private static final int NEARLY_ALL = 48;

    /** The first that programs get from the C library as SIGRTMIN: it keeps the two before it for itself. */
    private static final int FIRST_REALTIME = 34;

    /** {@code SIGHUP}; {@code SIGRTMIN+1} as the C library counts; the number for what is no signal. */
    public static String name(int signal) {
        if (signal >= 1 && signal <= NAMES.size()) {
            return NAMES.get(signal - 1);
        } else if (signal == FIRST_REALTIME) {
            return "SIGRTMIN";
        } else if (signal > FIRST_REALTIME && signal <= COUNT) {
            return "SIGRTMIN+" + (signal - FIRST_REALTIME);
        }
        return signal > 0 && signal < FIRST_REALTIME ? "SIG" + signal : Integer.toString(signal);
    }

    public boolean has(int signal) {
        return (bits >>> signal - 1 & 1) != 0;
    }

    /** The names of those in it; of nearly all {@code all}, and with a minus sign those that are not in it. */
    public List<String> names() {
        if (Long.bitCount(bits) > NEARLY_ALL) {
            var names = new ArrayList<String>(List.of("all"));
            new SignalSet(~bits).names().forEach(missing -> names.add("-" + missing));
            return names;
        }
        var names = new ArrayList<String>();
        for (int signal = 1; signal <= COUNT; signal++) {
            if (has(signal)) {
                names.add(name(signal));
            }
        }
        return names;
    }
}

package dev.retrovisor.cli.gdb;

/**
 * How a run of the target ended.
 *
 * @param thread that it is about
 */
record StopEvent(long thread, Reason reason) {
    /** Why. */
    sealed interface Reason {
        /** A step is made. */
        record Stepped() implements Reason {}

        /** The person at gdb pressed ^C. */
        record Interrupted() implements Reason {}

        /** A breakpoint was come to. */
        record Met(Breakpoint breakpoint) implements Reason {}

        /** Time does not go back further. */
        record HistoryBegins() implements Reason {}

        /** The recording, or the program's life, ends here. */
        record HistoryEnds() implements Reason {}

        /** A machine that ran live is switched off. */
        record Gone() implements Reason {}
    }

    /** The signal that gdb is told of. */
    int signal() {
        return switch (reason) {
            case Reason.Interrupted _ -> 2;
            case Reason.Stepped _, Reason.Met _, Reason.HistoryBegins _, Reason.HistoryEnds _, Reason.Gone _ -> 5;
        };
    }
}

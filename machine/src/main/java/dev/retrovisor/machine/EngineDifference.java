package dev.retrovisor.machine;

import java.util.List;

/** The translator and the interpreter came to different states: a bug of ours, found by {@link EngineChoice#LOCKSTEP}. */
public final class EngineDifference extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String report;

    EngineDifference(String message, List<String> report) {
        super(message);
        this.report = String.join("\n", report);
    }

    /** Where they part, in what they differ and what was executed before, in lines of text. */
    public String report() {
        return report;
    }
}

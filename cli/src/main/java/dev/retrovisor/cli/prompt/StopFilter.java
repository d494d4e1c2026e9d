package dev.retrovisor.cli.prompt;

import java.util.Optional;

/** What the user asks of a stop besides its place: {@code process NAME} and {@code if CONDITION}. */
final class StopFilter {
    private static final String PROCESS = "process";
    private static final String IF = "if";

    private final Optional<ProcessFilter> process;
    private final Optional<StopCondition> condition;

    private StopFilter(Optional<ProcessFilter> process, Optional<StopCondition> condition) {
        this.process = process;
        this.condition = condition;
    }

    /** The options that it takes. */
    static Syntax options(Syntax syntax) {
        return syntax.option(PROCESS, "NAME|PID", Syntax.Kind.PROCESS).option(IF, "CONDITION", Syntax.Kind.EXPRESSION);
    }

    static StopFilter of(Guest guest, Arguments arguments) {
        Optional<String> process = arguments.find(PROCESS);
        return new StopFilter(
                process.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new ProcessFilter(guest.kernel().on(guest.view()), process)),
                arguments.find(IF).map(guest::condition));
    }

    boolean takes(int hart) {
        // A device has no hart: it belongs to no process, and conditions look with the eyes of the first one.
        if (hart < 0) {
            return process.isEmpty() && condition.map(each -> each.holds(0)).orElse(true);
        }
        return process.map(each -> each.takes(hart)).orElse(true)
                && condition.map(each -> each.holds(hart)).orElse(true);
    }

    Optional<StopCondition> condition() {
        return condition;
    }

    /** As a person reads it behind the place. */
    String words() {
        return process.flatMap(ProcessFilter::process)
                        .map(name -> " process " + name)
                        .orElse("")
                + condition.map(each -> " if " + each.text()).orElse("");
    }
}

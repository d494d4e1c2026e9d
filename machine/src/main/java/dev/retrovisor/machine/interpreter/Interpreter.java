package dev.retrovisor.machine.interpreter;

import dev.retrovisor.machine.hart.Hart;
import dev.retrovisor.machine.hart.Translations;
import dev.retrovisor.machine.memory.Ram;
import dev.retrovisor.machine.time.Clock;
import java.util.List;

/** Runs harts, one at a time, by interpretation. */
public final class Interpreter {
    private final List<Execution> executions;

    public Interpreter(List<Hart> harts, Ram ram, Clock clock, Translations translations) {
        var code = new DecodedCode(ram);
        translations.watchCode(code);
        executions = harts.stream()
                .map(hart -> new Execution(hart, ram, clock, code))
                .toList();
    }

    /**
     * Runs one hart for at most {@code steps} steps; fewer only if the hart requests a stop. The clock and the hart's
     * state are exact on return, as they are whenever a device or the firmware is called in between.
     */
    public void run(int hart, long steps) {
        Execution execution = executions.get(hart);
        execution.begin(steps);
        IntegerSwitch.run(execution);
    }
}

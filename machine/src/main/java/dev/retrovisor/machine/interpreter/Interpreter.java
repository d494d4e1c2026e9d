package dev.retrovisor.machine.interpreter;

import dev.retrovisor.machine.Engine;
import dev.retrovisor.machine.hart.Hart;
import dev.retrovisor.machine.hart.Translations;
import dev.retrovisor.machine.memory.Ram;
import dev.retrovisor.machine.time.Clock;
import java.util.List;

/** Runs harts, one at a time, by interpretation. */
public final class Interpreter implements Engine {
    private final List<Execution> executions;

    public Interpreter(List<Hart> harts, Ram ram, Clock clock, Translations translations) {
        var code = new DecodedCode(ram, translations.probes().pcs());
        translations.watchCode(code);
        executions = harts.stream()
                .map(hart -> new Execution(
                        hart, ram, clock, code, translations.probes().pcs()))
                .toList();
    }

    @Override
    public void run(int hart, long steps) {
        Execution execution = executions.get(hart);
        execution.begin(steps);
        IntegerSwitch.run(execution);
    }

    /**
     * Executes one floating-point or system instruction, given decoded, at which the hart stands; pc goes on, the step is
     * the caller's to count. Throws the trap that it means.
     */
    public void execute(int hart, long instruction) {
        executions.get(hart).execute(instruction);
    }

    @Override
    public List<Count> statistics() {
        return List.of();
    }

    @Override
    public void close() {}
}

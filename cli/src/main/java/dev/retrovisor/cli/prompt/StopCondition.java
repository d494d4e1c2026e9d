package dev.retrovisor.cli.prompt;

import dev.retrovisor.introspect.expression.Evaluator;
import dev.retrovisor.introspect.expression.Expression;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.introspect.symbols.MissingSymbolException;
import dev.retrovisor.introspect.syntax.SyntaxException;
import dev.retrovisor.introspect.types.MissingTypeException;
import dev.retrovisor.machine.Machine;

/**
 * An expression that is asked wherever a stop might be. Where its memory is not there it does not hold; where it makes no
 * sense it does, so that the user hears of it.
 */
final class StopCondition {
    private final Machine machine;
    private final KernelView kernel;
    private final Expression expression;
    private final Variables variables;
    private String failure = "";

    /** @param kernel that stays good while the machine runs */
    StopCondition(Machine machine, KernelView kernel, Expression expression, Variables variables) {
        this.machine = machine;
        this.kernel = kernel;
        this.expression = expression;
        this.variables = variables;
    }

    boolean holds(int hart) {
        try {
            return new Evaluator(kernel, GuestNames.atStop(machine, kernel, hart, variables)).holds(expression);
        } catch (MemoryFault _) {
            return false;
        } catch (SyntaxException | MissingTypeException | MissingSymbolException e) {
            failure = e.getMessage();
            return true;
        }
    }

    /** Why it can't be told; empty if it can. */
    String failure() {
        return failure;
    }

    String text() {
        return expression.text();
    }
}

package dev.retrovisor.introspect.expression;

import dev.retrovisor.introspect.memory.AddressSpace;
import java.util.Collection;
import java.util.Optional;

/** What an expression's words mean beside the kernel's own names. */
public interface Names {
    /** What {@code $name} is; the name is given without the dollar. */
    Optional<Value> variable(String name);

    /** The names that {@link #variable} knows. */
    Collection<String> variables();

    /** What a word is that the kernel does not know: a symbol of a program. */
    Optional<Value> word(String name);

    /** Address of the task_struct that {@code current} means; 0 if there is none. */
    long currentTask();

    /** The processor whose per-CPU variables are meant. */
    int cpu();

    /** The process whose addresses are meant below the kernel's half; empty if none is. */
    Optional<AddressSpace> userSpace();
}

package dev.retrovisor.introspect.tracepoint;

import dev.retrovisor.introspect.types.CType;
import java.util.List;

/**
 * One tracepoint of a kernel or of one of its modules.
 *
 * @param address of its {@code struct tracepoint}
 * @param iterator address of the function that calls everyone who is registered
 * @param probestub address of a function that does nothing, with the tracepoint's prototype; 0 if there is none
 * @param arguments types of what is handed over, in order; empty if the kernel does not say
 * @param sites where code may call it
 */
public record Tracepoint(
        String name, long address, long iterator, long probestub, List<CType> arguments, List<Site> sites) {
    /**
     * A place in code.
     *
     * @param code address of the no-op, or of a jump if the guest itself has the tracepoint switched on
     * @param target where the call is made
     */
    public record Site(long code, long target) {}
}

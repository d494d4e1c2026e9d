package dev.retrovisor.introspect.types;

import java.util.List;

/**
 * What a function takes and gives.
 *
 * @param isVariadic whether more arguments may follow
 */
public record Prototype(CType result, List<Parameter> parameters, boolean isVariadic) {
    /** One parameter; its name is empty where the kernel does not say it. */
    public record Parameter(String name, CType type) {}
}

package dev.retrovisor.introspect.kernel;

import dev.retrovisor.introspect.symbols.Symbols;
import dev.retrovisor.introspect.types.Types;

/**
 * What one kernel says of itself, the same at each moment of its life.
 *
 * @param banner {@code Linux version ...}, without the line's end
 * @param types {@link Types#NONE} if the kernel was built without BTF
 * @param imagePhysicalOffset virtual minus physical address of the kernel's image
 */
public record KernelFacts(String banner, Symbols symbols, Types types, long imagePhysicalOffset) {
    /** {@code 6.12.107+deb13-riscv64}. */
    public String release() {
        String[] words = banner.split(" ", 4);
        return words.length > 2 ? words[2] : "";
    }
}

package dev.retrovisor.introspect.isf;

import dev.retrovisor.introspect.symbols.Symbols;
import dev.retrovisor.introspect.types.Types;

/**
 * What a symbol file says of a kernel.
 *
 * @param banner {@code Linux version ...} without the line's end; empty if the file has none
 * @param symbols with {@code t} for functions and {@code d} for all else: the format does not tell more
 * @param types without typedefs and prototypes, for which the format has no place
 */
public record Isf(String banner, Symbols symbols, Types types) {
    /** The words that the format has, shared by both directions. */
    static final String FORMAT = "6.2.0";

    static final String BANNER_SYMBOL = "linux_banner";
    static final String POINTER = "pointer";
    static final String VOID = "void";

    /** Begins the name of a type that has none in C. */
    static final String UNNAMED = "unnamed_";

    /** Stands between a tag that several types share and the number of each but the first. */
    static final String AGAIN = "#";

    /** The name that C has for a type of the file. */
    static String tagOf(String name) {
        if (name.startsWith(UNNAMED)) {
            return "";
        }
        int again = name.indexOf(AGAIN);
        return again < 0 ? name : name.substring(0, again);
    }
}

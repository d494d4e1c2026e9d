package dev.retrovisor.introspect.elf;

import dev.retrovisor.introspect.symbols.Symbol;
import dev.retrovisor.introspect.symbols.Symbols;

/**
 * A place in a program's code.
 *
 * @param image path of the file that it is mapped from; empty if of none
 * @param symbol of the function; empty if the file does not say
 * @param offset from the function's start, or from the image's if there is no symbol
 */
public record CodeAddress(long address, String image, String symbol, long offset) {
    /** What the file is called that the kernel's own code is from. */
    public static final String KERNEL = "kernel";

    /** A place in the kernel. */
    public static CodeAddress ofKernel(Symbols symbols, long address) {
        return symbols.at(address)
                .filter(Symbol::isText)
                .map(symbol -> new CodeAddress(address, KERNEL, symbol.name(), address - symbol.address()))
                .orElseGet(() -> new CodeAddress(address, KERNEL, "", 0));
    }

    /** {@code main+0x1c (/bin/program)}. */
    @Override
    public String toString() {
        String hex = "+0x" + Long.toHexString(offset);
        if (!symbol.isEmpty()) {
            return symbol + hex + " (" + image + ")";
        }
        return image.isEmpty() ? "0x" + Long.toHexString(address) : image + hex;
    }
}

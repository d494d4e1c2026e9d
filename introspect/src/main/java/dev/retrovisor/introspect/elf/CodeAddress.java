package dev.retrovisor.introspect.elf;

/**
 * A place in a program's code.
 *
 * @param image path of the file that it is mapped from, {@code kernel}, or a module's name; empty if of none
 * @param symbol of the function; empty if the file does not say
 * @param offset from the function's start, or from the image's if there is no symbol
 */
public record CodeAddress(long address, String image, String symbol, long offset) {
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

package dev.retrovisor.introspect.symbols;

/**
 * One name of the kernel.
 *
 * @param type nm's letter: T or t for text, D, B, R and so on for data
 */
public record Symbol(String name, long address, char type) {
    public boolean isText() {
        return type == 'T' || type == 't' || type == 'W' || type == 'w';
    }
}

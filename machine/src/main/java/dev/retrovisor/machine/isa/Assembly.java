package dev.retrovisor.machine.isa;

import java.util.Map;

/**
 * What came out of the {@link Assembler}.
 *
 * @param base address of the first byte
 * @param bytes instructions and data
 * @param labels addresses by name, numeric labels left out
 */
public record Assembly(long base, byte[] bytes, Map<String, Long> labels) {
    /**
     * The address of a label.
     *
     * @throws IllegalArgumentException if there is none
     */
    public long label(String name) {
        Long address = labels.get(name);
        if (address == null) {
            throw new IllegalArgumentException("no label " + name);
        }
        return address;
    }
}

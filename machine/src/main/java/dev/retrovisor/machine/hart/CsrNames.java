package dev.retrovisor.machine.hart;

import java.util.HashMap;
import java.util.Map;

/** Names of the control and status registers that a hart has, from the rows of its table. */
public final class CsrNames {
    // Looked up, never iterated over.
    private static final Map<String, Integer> NUMBERS = new HashMap<>();

    static {
        for (int number = 0; number < 4096; number++) {
            Csr csr = CsrTable.find(number);
            if (csr != null) {
                NUMBERS.put(csr.name(), number);
            }
        }
    }

    private CsrNames() {}

    /** The name of a register as the manual prints it, or null if the hart has none of this number. */
    public static String name(int number) {
        Csr csr = CsrTable.find(number);
        return csr == null ? null : csr.name();
    }

    /** The number of a register, or -1 if the hart has none of this name. */
    public static int number(String name) {
        return NUMBERS.getOrDefault(name, -1);
    }
}

package dev.retrovisor.introspect.syscall;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Names for numbers: one of several values, bits, or both: values within a mask and bits outside of it. Immutable.
 */
final class NameSet {
    /** How to write what has no name. */
    enum Rest {
        DECIMAL,
        HEX,
        OCTAL,
        /** As a decimal number, and nothing is said of it: most values have no name. */
        PLAIN
    }

    private final String name;
    private final long mask;
    private final Rest rest;
    private final long[] values;
    private final String[] names;
    private final Map<Long, String> byValue = new HashMap<>();

    /** @param mask the bits that are one of several values; all for a set of values, none for a set of flags */
    NameSet(String name, long mask, Rest rest, List<Long> values, List<String> names) {
        this.name = name;
        this.mask = mask;
        this.rest = rest;
        this.values = values.stream().mapToLong(Long::longValue).toArray();
        this.names = names.toArray(String[]::new);
        for (int i = 0; i < this.names.length; i++) {
            byValue.putIfAbsent(this.values[i], this.names[i]);
        }
    }

    String name() {
        return name;
    }

    List<String> names() {
        return List.of(names);
    }

    /** The value's own name, if it has one. */
    String exact(long value) {
        return byValue.get(value);
    }

    OptionalLong valueOf(String wanted) {
        for (int i = 0; i < names.length; i++) {
            if (names[i].equals(wanted)) {
                return OptionalLong.of(values[i]);
            }
        }
        return OptionalLong.empty();
    }

    /** Whether a number says what a name does: is that value, or has those bits. */
    boolean says(long number, long value) {
        return (value & ~mask) == 0 ? (number & mask) == value : (number & value) == value;
    }

    /** Writes a number with names: {@code O_RDWR|O_CREAT}. */
    void write(StringBuilder text, long number) {
        String known = byValue.get(number);
        if (known != null && (mask == 0 || (number & ~mask) == 0)) {
            text.append(known);
        } else if (mask == -1) {
            number(text, number);
            if (rest != Rest.PLAIN) {
                text.append(" /* ").append(unknown()).append(" */");
            }
        } else {
            writeParts(text, number);
        }
    }

    private String unknown() {
        int underscore = names.length == 0 ? -1 : names[0].indexOf('_');
        return underscore < 0 ? "?" : names[0].substring(0, underscore + 1) + "???";
    }

    private void writeParts(StringBuilder text, long number) {
        int start = text.length();
        long left = number & ~mask;
        String value = mask == 0 ? null : byValue.get(number & mask);
        if (value != null) {
            text.append(value);
        } else {
            left = number;
        }
        long named = wanted(left);
        for (int i = 0; i < values.length; i++) {
            if ((named >>> i & 1) != 0) {
                separate(text, start);
                text.append(names[i]);
                left &= ~values[i];
            }
        }
        if (left != 0 || text.length() == start) {
            boolean isNothing = text.length() == start;
            separate(text, start);
            number(text, left);
            if (isNothing && left != 0 && rest != Rest.OCTAL) {
                text.append(" /* ").append(unknown()).append(" */");
            }
        }
    }

    /** Which of the flags to name, a bit each: those of many bits first, so that no part of one is named as well. */
    private long wanted(long bits) {
        long wanted = 0;
        long left = bits;
        for (int most = Long.SIZE; most > 0; most--) {
            for (int i = 0; i < Math.min(values.length, Long.SIZE); i++) {
                boolean fits = Long.bitCount(values[i]) == most && (values[i] & mask) != values[i];
                if (fits && (left & values[i]) == values[i]) {
                    wanted |= 1L << i;
                    left &= ~values[i];
                }
            }
        }
        return wanted;
    }

    private static void separate(StringBuilder text, int start) {
        if (text.length() > start) {
            text.append('|');
        }
    }

    private void number(StringBuilder text, long number) {
        if (number == 0) {
            text.append('0');
            return;
        }
        switch (rest) {
            case OCTAL -> text.append('0').append(Long.toOctalString(number));
            case HEX -> text.append("0x").append(Long.toHexString(number));
            case DECIMAL, PLAIN -> {
                if (mask == -1) {
                    text.append(number);
                } else {
                    text.append("0x").append(Long.toHexString(number));
                }
            }
        }
    }
}

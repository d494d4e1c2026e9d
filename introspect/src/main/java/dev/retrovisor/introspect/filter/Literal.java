package dev.retrovisor.introspect.filter;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the user compares with: text, and the number that it is if it is one. */
final class Literal {
    private static final Pattern NUMBER =
            Pattern.compile("([-+]?[0-9][0-9_]*(?:\\.[0-9]+)?)(ns|us|ms|s|m|h|[kKMGT](?:i?B)?|B)?");
    private static final Pattern HEX = Pattern.compile("0[xX][0-9a-fA-F]{1,16}");
    private static final int LONGEST_NUMBER = 40;

    private final String text;
    private final BigDecimal number;
    private Pattern pattern;

    Literal(String text) {
        this.text = text;
        number = number(text);
    }

    String text() {
        return text;
    }

    boolean isNumber() {
        return number != null;
    }

    /** Makes a regular expression of it. */
    void compile() {
        pattern = Pattern.compile(text);
    }

    Pattern pattern() {
        return pattern;
    }

    private static BigDecimal number(String text) {
        if (HEX.matcher(text).matches()) {
            return new BigDecimal(new BigInteger(text.substring(2), 16));
        }
        Matcher parts = NUMBER.matcher(text);
        if (text.length() > LONGEST_NUMBER || !parts.matches()) {
            return null;
        }
        var number = new BigDecimal(parts.group(1).replace("_", ""));
        return parts.group(2) == null ? number : number.multiply(BigDecimal.valueOf(factor(parts.group(2))));
    }

    private static long factor(String unit) {
        return switch (unit) {
            case "ns", "B" -> 1;
            case "us" -> 1_000;
            case "ms" -> 1_000_000;
            case "s" -> 1_000_000_000;
            case "m" -> 60_000_000_000L;
            case "h" -> 3_600_000_000_000L;
            default -> 1L << 10 * ("KMGT".indexOf(Character.toUpperCase(unit.charAt(0))) + 1);
        };
    }

    /** Whether a field's value can be ordered to this. */
    boolean isNumberLike(Object actual) {
        return number != null && numberOf(actual).isPresent();
    }

    /** Negative if a field's value is less than this. */
    int order(Object actual) {
        return numberOf(actual).orElseThrow().compareTo(number);
    }

    boolean equalTo(Object actual) {
        if (actual instanceof Boolean truth) {
            return truth ? isOneOf("true", "yes", "1") : isOneOf("false", "no", "0");
        }
        return number != null && !(actual instanceof CharSequence) && isNumberLike(actual)
                ? order(actual) == 0
                : text(actual).equals(text);
    }

    private boolean isOneOf(String... words) {
        for (String word : words) {
            if (text.equalsIgnoreCase(word)) {
                return true;
            }
        }
        return false;
    }

    private static Optional<BigDecimal> numberOf(Object actual) {
        return switch (actual) {
            case Components.Unsigned(long bits) -> Optional.of(new BigDecimal(Long.toUnsignedString(bits)));
            case Double fraction ->
                Double.isFinite(fraction) ? Optional.of(BigDecimal.valueOf(fraction)) : Optional.empty();
            case Float fraction -> numberOf((double) fraction);
            case Number whole -> Optional.of(BigDecimal.valueOf(whole.longValue()));
            case CharSequence text -> Optional.ofNullable(number(text.toString()));
            default -> Optional.empty();
        };
    }

    /** A field's value as text: as the user sees it. */
    static String text(Object actual) {
        return actual instanceof Enum<?> constant
                ? constant.name().toLowerCase(Locale.ROOT).replace('_', '-')
                : actual.toString();
    }
}

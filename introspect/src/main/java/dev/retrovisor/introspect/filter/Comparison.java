package dev.retrovisor.introspect.filter;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The operators of filters. */
public enum Comparison {
    EQUAL("=", "equal, as number or as text"),
    NOT_EQUAL("!=", "there and not equal"),
    LESS("<", "less, as numbers"),
    AT_MOST("<=", "at most"),
    MORE(">", "more"),
    AT_LEAST(">=", "at least"),
    CONTAINS("contains", "holds the text"),
    ICONTAINS("icontains", "the same, whatever the case"),
    STARTSWITH("startswith", "begins with the text"),
    ENDSWITH("endswith", "ends with the text"),
    GLOB("glob", "is as the pattern says: * any text, ? one character, [a-z] one of these"),
    MATCHES("matches", "the regular expression (Java's) is found in it");

    /** A regular expression sees so much of a guest's text. */
    private static final int MOST_TO_MATCH = 4096;

    private final String word;
    private final String summary;

    Comparison(String word, String summary) {
        this.word = word;
        this.summary = summary;
    }

    /** As the user types it. */
    public String word() {
        return word;
    }

    /** One line, without a full stop. */
    public String summary() {
        return summary;
    }

    static Optional<Comparison> named(String word) {
        String plain = word.equals("==") ? "=" : word;
        return Arrays.stream(values()).filter(each -> each.word.equals(plain)).findFirst();
    }

    static List<String> words() {
        return Arrays.stream(values()).map(Comparison::word).toList();
    }

    /** Whether only numbers can be compared so. */
    boolean needsNumber() {
        return switch (this) {
            case LESS, AT_MOST, MORE, AT_LEAST -> true;
            case EQUAL, NOT_EQUAL, CONTAINS, ICONTAINS, STARTSWITH, ENDSWITH, GLOB, MATCHES -> false;
        };
    }

    /** Whether one value of a field, not null, is so to what the user wrote. */
    boolean holds(Object actual, Literal wanted) {
        return switch (this) {
            case EQUAL -> wanted.equalTo(actual);
            case NOT_EQUAL -> !wanted.equalTo(actual);
            case LESS -> wanted.isNumberLike(actual) && wanted.order(actual) < 0;
            case AT_MOST -> wanted.isNumberLike(actual) && wanted.order(actual) <= 0;
            case MORE -> wanted.isNumberLike(actual) && wanted.order(actual) > 0;
            case AT_LEAST -> wanted.isNumberLike(actual) && wanted.order(actual) >= 0;
            case CONTAINS -> Literal.text(actual).contains(wanted.text());
            case ICONTAINS ->
                Literal.text(actual)
                        .toLowerCase(Locale.ROOT)
                        .contains(wanted.text().toLowerCase(Locale.ROOT));
            case STARTSWITH -> Literal.text(actual).startsWith(wanted.text());
            case ENDSWITH -> Literal.text(actual).endsWith(wanted.text());
            case GLOB -> Glob.matches(wanted.text(), Literal.text(actual));
            case MATCHES -> isFound(wanted, Literal.text(actual));
        };
    }

    private static boolean isFound(Literal wanted, String text) {
        try {
            return wanted.pattern()
                    .matcher(text.substring(0, Math.min(text.length(), MOST_TO_MATCH)))
                    .find();
        } catch (StackOverflowError _) {
            return false; // Java's matcher recurses: for some expressions a long text of the guest's is too long.
        }
    }
}

package dev.retrovisor.introspect.filter;

/** Patterns as shells have them for names; a slash is a character like any other. */
final class Glob {
    private Glob() {}

    /** Takes time proportional to both lengths at worst. */
    static boolean matches(String pattern, String text) {
        int p = 0;
        int t = 0;
        int star = -1;
        int starText = 0;
        while (t < text.length()) {
            int end = p < pattern.length() ? endOfOne(pattern, p) : p;
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                starText = t;
            } else if (p < pattern.length() && isOne(pattern, p, end, text.charAt(t))) {
                p = end;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++starText;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    /** Behind the element that stands for one character. */
    private static int endOfOne(String pattern, int at) {
        if (pattern.charAt(at) == '\\' && at + 1 < pattern.length()) {
            return at + 2;
        }
        if (pattern.charAt(at) == '[') {
            int first = at + 1 < pattern.length() && pattern.charAt(at + 1) == '!' ? at + 2 : at + 1;
            int close = pattern.indexOf(']', first + 1);
            return close < 0 ? at + 1 : close + 1;
        }
        return at + 1;
    }

    private static boolean isOne(String pattern, int at, int end, char c) {
        char first = pattern.charAt(at);
        if (first == '?') {
            return true;
        }
        if (first == '\\' && end == at + 2) {
            return pattern.charAt(at + 1) == c;
        }
        return first == '[' && end > at + 1 ? isInSet(pattern.substring(at + 1, end - 1), c) : first == c;
    }

    private static boolean isInSet(String set, char c) {
        boolean negated = set.startsWith("!");
        boolean found = false;
        for (int i = negated ? 1 : 0; i < set.length(); i++) {
            if (i + 2 < set.length() && set.charAt(i + 1) == '-') {
                found |= set.charAt(i) <= c && c <= set.charAt(i + 2);
                i += 2;
            } else {
                found |= set.charAt(i) == c;
            }
        }
        return found != negated;
    }
}

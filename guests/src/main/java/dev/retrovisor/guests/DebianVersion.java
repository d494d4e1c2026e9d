package dev.retrovisor.guests;

/**
 * A Debian version number, ordered as Debian Policy, "Version", has it: epoch, upstream version, revision; runs of
 * digits compare as numbers, everything else by letters before other characters, with {@code ~} before even the end.
 */
record DebianVersion(String text) implements Comparable<DebianVersion> {
    @Override
    public int compareTo(DebianVersion other) {
        int byEpoch = compareNumbers(epoch(), other.epoch());
        if (byEpoch != 0) {
            return byEpoch;
        }
        int byUpstream = compareParts(upstream(), other.upstream());
        return byUpstream != 0 ? byUpstream : compareParts(revision(), other.revision());
    }

    private String epoch() {
        int colon = text.indexOf(':');
        return colon < 0 ? "" : text.substring(0, colon);
    }

    private String upstream() {
        String rest = text.substring(text.indexOf(':') + 1);
        int dash = rest.lastIndexOf('-');
        return dash < 0 ? rest : rest.substring(0, dash);
    }

    private String revision() {
        int dash = text.lastIndexOf('-');
        return dash < 0 ? "" : text.substring(dash + 1);
    }

    private static int compareParts(String left, String right) {
        int l = 0;
        int r = 0;
        while (l < left.length() || r < right.length()) {
            while (l < left.length() && !isDigit(left, l) || r < right.length() && !isDigit(right, r)) {
                int byCharacter = Integer.compare(weight(left, l), weight(right, r));
                if (byCharacter != 0) {
                    return byCharacter;
                }
                l++;
                r++;
            }
            int leftEnd = endOfDigits(left, l);
            int rightEnd = endOfDigits(right, r);
            int byNumber = compareNumbers(left.substring(l, leftEnd), right.substring(r, rightEnd));
            if (byNumber != 0) {
                return byNumber;
            }
            l = leftEnd;
            r = rightEnd;
        }
        return 0;
    }

    /** Digits weigh as the end does: a run of other characters that stops sooner sorts first. */
    private static int weight(String part, int index) {
        if (index >= part.length() || isDigit(part, index)) {
            return 0;
        }
        char c = part.charAt(index);
        if (c == '~') {
            return -1;
        }
        boolean letter = c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
        return letter ? c : c + 256;
    }

    private static boolean isDigit(String part, int index) {
        return part.charAt(index) >= '0' && part.charAt(index) <= '9';
    }

    private static int endOfDigits(String part, int from) {
        int end = Math.min(from, part.length());
        while (end < part.length() && isDigit(part, end)) {
            end++;
        }
        return end;
    }

    /** Any number of digits, so that a date used as a version can't overflow. */
    private static int compareNumbers(String left, String right) {
        String l = left.replaceFirst("^0+", "");
        String r = right.replaceFirst("^0+", "");
        return l.length() != r.length() ? Integer.compare(l.length(), r.length()) : l.compareTo(r);
    }
}

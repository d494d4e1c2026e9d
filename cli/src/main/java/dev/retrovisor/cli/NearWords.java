package dev.retrovisor.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Which words someone may have meant. */
public final class NearWords {
    private static final int MOST = 3;

    private NearWords() {}

    /** The nearest of the candidates, best first; none if nothing is near. */
    public static List<String> to(String word, Collection<String> candidates) {
        String wanted = word.replaceFirst("=.*", "");
        int limit = Math.max(1, strip(wanted).length() / 3);
        return candidates.stream()
                .filter(candidate -> distance(strip(wanted), strip(candidate)) <= limit)
                .sorted(Comparator.comparingInt((String candidate) -> distance(strip(wanted), strip(candidate)))
                        .thenComparing(Comparator.naturalOrder()))
                .distinct()
                .limit(MOST)
                .toList();
    }

    /** {@code : did you mean this or that?}; empty text if nothing is near. */
    public static String hint(String word, Collection<String> candidates) {
        List<String> near = to(word, candidates);
        return near.isEmpty() ? "" : ": did you mean " + String.join(" or ", near) + "?";
    }

    /** QEMU's users write -kernel: the number of dashes is no difference. */
    private static String strip(String word) {
        return word.replaceFirst("^-+", "");
    }

    /** Letters to add, to remove, to change or to swap with their neighbour (optimal string alignment). */
    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(d[i - 1][j - 1] + change, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}

package dev.retrovisor.cli;

/** Words for a shell. */
final class Quoted {
    private Quoted() {}

    /** The word, in quotes where a shell would take it apart. */
    static String of(String word) {
        return word.matches("[A-Za-z0-9_./:@%+,=-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}

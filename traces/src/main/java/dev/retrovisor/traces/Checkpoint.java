package dev.retrovisor.traces;

/**
 * A restorable state of the machine in a trace.
 *
 * @param name unique in the trace
 * @param position where the machine stood
 * @param inputs input events applied before: a cursor over inputs goes on at this ordinal
 * @param entries entries of the events log before
 * @param stateBytes size of the sections
 * @param pages pages recorded, over all page spaces
 * @param automatic whether it was taken by itself and may go when room is wanted; nobody gave it its name
 * @param note what a person wrote about it, may be empty
 */
public record Checkpoint(
        String name,
        Position position,
        long inputs,
        long entries,
        int stateBytes,
        long pages,
        boolean automatic,
        String note) {
    private static final String NAMES = "[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}";

    /** The name of the checkpoint that makes a trace independent of the one it goes on from. */
    public static final String START = "start";

    /** What a name may be, in words. */
    public static final String NAME_RULE = "up to 64 letters, digits, dots, dashes, underscores, no dot in front";

    Checkpoint withSizes(int newStateBytes, long newPages) {
        return new Checkpoint(name, position, inputs, entries, newStateBytes, newPages, automatic, note);
    }

    Checkpoint withName(String newName) {
        return new Checkpoint(newName, position, inputs, entries, stateBytes, pages, automatic, note);
    }

    Checkpoint named(String newName, String newNote) {
        return new Checkpoint(newName, position, inputs, entries, stateBytes, pages, false, newNote);
    }

    /** Whether a checkpoint can have this name. */
    public static boolean isName(String text) {
        return text.matches(NAMES);
    }
}

package dev.retrovisor.traces;

/** A trace's checkpoints have another writer at this moment: they can be read, and not changed. */
public final class CheckpointsLockedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CheckpointsLockedException(String message) {
        super(message);
    }
}

package dev.retrovisor.machine.state;

/**
 * A part of the machine that has state of its own: saved, restored and hashed under its name.
 *
 * <p>Whatever can change after construction and is not {@link Derived} must be written by {@link #save} and read back,
 * in the same order, by {@link #load}. A reflective test holds every implementation to that.
 */
public interface Stateful {
    /** The section's name: unique in a machine and the same in every build, since it stands in checkpoints. */
    String name();

    /** Appends all state to {@code out}; must not change anything. */
    void save(StateWriter out);

    /**
     * Takes over the state that {@link #save} wrote.
     *
     * @throws StateFormatException if the bytes are not such a state
     */
    void load(StateReader in);
}

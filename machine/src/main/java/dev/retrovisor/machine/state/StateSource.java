package dev.retrovisor.machine.state;

import java.util.List;

/** A machine, for those who keep its state and need to know nothing else of it. */
public interface StateSource {
    /** Machine time: steps made over all harts since power-on. */
    long steps();

    /** Virtual nanoseconds since power-on. */
    long virtualNanos();

    /** RAM first, then the overlay of each disk. */
    List<PageSpace> pageSpaces();

    /** Writes all state but the {@link #pageSpaces()}. */
    void save(StateWriter out);
}

package dev.retrovisor.machine.probe;

/** Keeps translations and code true to which probes are set. */
public interface ProbeFollower {
    /** The next fetch from a virtual page must ask for its translation. */
    void forgetFetches(long virtualPage);

    /** Every next access must ask for its translation. */
    void forgetTranslations();

    /** What was made of the instruction at an offset in a page of RAM must be made anew. */
    void placeChanged(int page, int offset);

    /** Code that takes traps or returns from them without asking must be made anew. */
    void trapProbesChanged();

    /** The machine is to return to its caller as soon as the present step allows. */
    void stopHarts();
}

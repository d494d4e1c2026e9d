package dev.retrovisor.traces;

/** Reads the entries of one block, one at a time. */
interface EntryDecoder<T> {
    boolean hasNext();

    /** @throws TraceFormatException if the content is no such entry */
    T next();
}

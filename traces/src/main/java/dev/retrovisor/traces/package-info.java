/**
 * The trace on disk: what a recording writes down and what a replay reads.
 *
 * <p>A trace is a folder {@code NAME.trace/} with a manifest, two logs (inputs; device events and state hashes), boot
 * images by content hash and checkpoints. {@code docs/formats/trace.md} draws every byte of it.
 *
 * <p>Writing ({@link dev.retrovisor.traces.TraceWriter}) goes through Chronicle Queue, so that what was flushed survives
 * the death of the process at any moment. Reading ({@link dev.retrovisor.traces.TraceReader}) never does: a trace is
 * hostile input and Chronicle lets a file name the classes to load, so files are walked byte by byte, every length is
 * bounded before it is believed, and whatever does not fit is a {@link dev.retrovisor.traces.TraceFormatException}.
 *
 * <p>No clock is read here: times, and a clock to tell what a checkpoint costs, are passed in. Only this package may use Chronicle and LZ4.
 */
package dev.retrovisor.traces;

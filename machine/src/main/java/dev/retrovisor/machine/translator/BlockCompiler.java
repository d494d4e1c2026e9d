package dev.retrovisor.machine.translator;

import dev.retrovisor.machine.probe.PcProbes;

/** Writes host code: what a translator needs of one kind of processor. */
public interface BlockCompiler {
    /** Whether the compiler has host code for an instruction of {@code Ops}, given decoded, at a privilege. */
    boolean knows(long instruction, int privilege);

    /** Whether an instruction always ends its block. */
    boolean endsBlock(long instruction);

    /**
     * Encodes what all blocks share. It begins with the way in, {@code int enter(long state, long code)} in the host's C
     * convention: runs host code on a hart's state, returns the number of the exit by which it left.
     *
     * @param address where it will be executed
     * @return the buffer that holds it, of which {@link #length} bytes count
     */
    byte[] runtime(long address);

    /**
     * Encodes a block.
     *
     * @param block gets its exits and links
     * @param instructions decoded, {@link Block#steps} of them, and the one behind them if it is the interpreter's
     * @param interprets whether the instruction behind the last one is one that only the interpreter knows
     * @param address where the code will be executed
     * @param nextPageHost where the host keeps {@link Block#nextPage}, if it has one
     * @param probes where to look at the page's virtual address before an instruction
     */
    byte[] compile(
            Block block, long[] instructions, boolean interprets, long address, long nextPageHost, PcProbes probes);

    /** What goes to {@code HartState.FLOAT_FLAGS}. */
    byte[] floatFlags();

    /** What the host's floating-point control register holds outside of host code. */
    int floatControl();

    /** Bytes that the last call encoded. */
    int length();

    /** The distance that lets a jump at {@code site} arrive at {@code target}. */
    int distance(long site, long target);
}

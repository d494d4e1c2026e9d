package dev.retrovisor.machine.translator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A stretch of guest code inside one page of RAM, as it was translated for one privilege: entered only at its beginning,
 * left at its end or by one of its exits. It assumes neither a hart nor a virtual address. An instruction that lies in two
 * pages is a block of its own, which looks at each entry whether its second page is still the next one.
 */
public final class Block {
    /** What an exit asks the engine to do. */
    public enum ExitKind {
        /** The budget does not reach for the whole block: make what is left of it elsewhere. */
        BUDGET,
        /** A jump inside the page to code that is not linked yet. */
        LINK,
        /** A load or store that the TLB has no answer for: do it and resume. */
        MEMORY,
        /** A place where probes may have to be called: do it and resume. */
        PROBE,
        /** An instruction that only the interpreter knows. */
        INTERPRET,
        /** An interrupt may be due. */
        CHECK
    }

    private static final ExitKind[] KINDS = ExitKind.values();
    private static final int MAX_EXITS = 128;

    /** Stands for no page of RAM. */
    public static final int NO_PAGE = -1;

    /** A jump inside the page: goes to its own exit until it is linked to a block. */
    static final class Link {
        final Block from;
        final int targetOffset;
        long site;
        long exitAddress;
        Block to;

        Link(Block from, int targetOffset) {
            this.from = from;
            this.targetOffset = targetOffset;
        }
    }

    private final int number;
    private final int page;
    private final int offset;
    private final int privilege;
    private final int steps;
    private final int lengthBytes;
    private final int nextPage;
    private long code;
    private boolean live = true;

    // One entry an exit: its kind, the index of its instruction and that one's offset in the page; where to resume.
    private byte[] exitKinds = new byte[4];
    private byte[] exitIndexes = new byte[4];
    private short[] exitOffsets = new short[4];
    private long[] exitInstructions = new long[4];
    private int[] exitResumes = new int[4];
    private int exits;

    private final List<Link> links = new ArrayList<>(2);
    private final List<Link> incoming = new ArrayList<>(2);

    /** @param nextPage the page into which its one instruction reaches, or {@link #NO_PAGE} */
    public Block(int number, int page, int offset, int privilege, int steps, int lengthBytes, int nextPage) {
        this.nextPage = nextPage;
        this.number = number;
        this.page = page;
        this.offset = offset;
        this.privilege = privilege;
        this.steps = steps;
        this.lengthBytes = lengthBytes;
    }

    /** Its number while it lives; exits carry it. */
    int number() {
        return number;
    }

    /** Index of its page in RAM. */
    public int page() {
        return page;
    }

    /** Where in the page its first instruction lies. */
    public int offset() {
        return offset;
    }

    public int privilege() {
        return privilege;
    }

    /** Steps that it makes from beginning to end; taken from the budget when it is entered. */
    public int steps() {
        return steps;
    }

    /** Index of the page of RAM into which its one instruction reaches, or {@link #NO_PAGE}. */
    public int nextPage() {
        return nextPage;
    }

    /** Bytes of guest code in its own page. */
    public int lengthBytes() {
        return lengthBytes;
    }

    /** Whether it has a byte in a stretch of its page. */
    boolean overlaps(int stretchOffset, int stretchBytes) {
        return offset < stretchOffset + stretchBytes && offset + lengthBytes > stretchOffset;
    }

    /** Address of its host code. */
    public long code() {
        return code;
    }

    void setCode(long address) {
        code = address;
    }

    boolean isLive() {
        return live;
    }

    void kill() {
        live = false;
    }

    /**
     * Adds an exit.
     *
     * @param index how many of the block's instructions are done when it is taken
     * @param instructionOffset where in the page the instruction lies; for a link, that is its number
     * @param instruction decoded, where the kind needs it
     * @return what host code hands over when it leaves here
     */
    public int addExit(ExitKind kind, int index, int instructionOffset, long instruction) {
        if (exits == MAX_EXITS) {
            throw new IllegalStateException("a block with more than " + MAX_EXITS + " exits");
        }
        if (exits == exitKinds.length) {
            grow(exits * 2);
        }
        exitKinds[exits] = (byte) kind.ordinal();
        exitIndexes[exits] = (byte) index;
        exitOffsets[exits] = (short) instructionOffset;
        exitInstructions[exits] = instruction;
        return number * MAX_EXITS + exits++;
    }

    /** Sets where host code goes on once the engine has done what an exit asks for, as an offset in the block's code. */
    public void setResume(int exit, int codeOffset) {
        exitResumes[exit & MAX_EXITS - 1] = codeOffset;
    }

    /** Adds a jump to an offset in the page; returns the exit that it takes until it is linked. */
    public int addLink(int targetOffset) {
        links.add(new Link(this, targetOffset));
        return addExit(ExitKind.LINK, steps, links.size() - 1, 0);
    }

    /** Sets where the distance of the last added link's jump stands, and its exit, as offsets in the block's code. */
    public void placeLink(int link, int siteOffset, int exitOffset) {
        links.get(link).site = siteOffset;
        links.get(link).exitAddress = exitOffset;
    }

    public int linkCount() {
        return links.size();
    }

    /** Takes the offsets so far as relative to the final address. */
    void finish(long address) {
        code = address;
        grow(exits);
        for (Link link : links) {
            link.site += address;
            link.exitAddress += address;
        }
    }

    private void grow(int size) {
        exitKinds = Arrays.copyOf(exitKinds, size);
        exitIndexes = Arrays.copyOf(exitIndexes, size);
        exitOffsets = Arrays.copyOf(exitOffsets, size);
        exitInstructions = Arrays.copyOf(exitInstructions, size);
        exitResumes = Arrays.copyOf(exitResumes, size);
    }

    static int blockNumber(int exitId) {
        return exitId / MAX_EXITS;
    }

    ExitKind exitKind(int exitId) {
        return KINDS[exitKinds[exitId & MAX_EXITS - 1]];
    }

    /** Steps that the budget was charged for and that are not made when this exit is taken. */
    int refund(int exitId) {
        return steps - exitIndexes[exitId & MAX_EXITS - 1];
    }

    int exitOffset(int exitId) {
        return exitOffsets[exitId & MAX_EXITS - 1];
    }

    long exitInstruction(int exitId) {
        return exitInstructions[exitId & MAX_EXITS - 1];
    }

    long resumeAddress(int exitId) {
        return code + exitResumes[exitId & MAX_EXITS - 1];
    }

    Link link(int exitId) {
        return links.get(exitOffset(exitId));
    }

    List<Link> links() {
        return links;
    }

    List<Link> incoming() {
        return incoming;
    }
}

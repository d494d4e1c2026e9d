package dev.retrovisor.machine.translator;

import dev.retrovisor.machine.hart.Translations;
import dev.retrovisor.machine.isa.Decoder;
import dev.retrovisor.machine.isa.Ops;
import dev.retrovisor.machine.memory.OffHeap;
import dev.retrovisor.machine.memory.Ram;
import dev.retrovisor.machine.probe.Probes;
import java.util.Arrays;

/**
 * All translated blocks, by page of RAM, offset and privilege; shared by all harts; true to RAM at every step. Bounded by
 * the code memory and by a number of blocks: when either is used up, everything is dropped.
 */
final class BlockCache implements Translations.CodeCache, AutoCloseable {
    /** Finds the page of RAM that is mapped behind the one being executed, or {@link Block#NO_PAGE}. */
    @FunctionalInterface
    interface NextPage {
        int find();
    }

    /** Instructions in a block at most: few enough for the exit numbers and for a budget of 8 bits. */
    private static final int MAX_STEPS = 48;

    private static final int MAX_BLOCKS = 1 << 19;
    private static final int PAGE_BYTES = 4096;

    /** Where an instruction begins that may reach into the next page. */
    static final int LAST_OFFSET = PAGE_BYTES - 2;

    /** Code of a block of the greatest length, with its exits, is shorter. */
    private static final int MAX_CODE_BYTES = 16 << 10;

    /** Places with probes in a block at most: few enough for the exit numbers. */
    private static final int MAX_PLACES = 16;

    /** A page written so often without a translation in between is likely data by now, and watching it costs. */
    private static final int DROPS_BEFORE_RELEASE = 64;

    /** So many leave the jump cache one by one when all are dropped; clearing it writes 8 MiB. */
    private static final int FEW_BLOCKS = 1 << 14;

    private final Ram ram;
    private final BlockCompiler compiler;
    private final CodeMemory memory;
    private final JumpCache jumps = new JumpCache();
    private final int runtimeBytes;
    private final BlocksOfPage[] pages;
    private final long[] decoded = new long[MAX_STEPS + 1];
    private final DecodeMemo decoder = new DecodeMemo();

    private Block[] blocks = new Block[1024];
    private int[] freeNumbers = new int[64];
    private int freeCount;
    private int nextNumber;
    private final Probes probes;
    private final TranslatorStatistics statistics;

    BlockCache(Ram ram, BlockCompiler compiler, CodeMemory memory, Probes probes, TranslatorStatistics statistics) {
        this.probes = probes;
        this.ram = ram;
        this.compiler = compiler;
        this.memory = memory;
        this.statistics = statistics;
        pages = new BlocksOfPage[(int) ram.pageCount()];
        byte[] runtime = compiler.runtime(memory.end());
        runtimeBytes = compiler.length();
        memory.append(runtime, runtimeBytes);
    }

    JumpCache jumps() {
        return jumps;
    }

    Block byNumber(int number) {
        return blocks[number];
    }

    /** The block that begins at an offset in a page, translated if need be; also entered in the jump cache. */
    Block find(int page, int offset, int privilege, NextPage next) {
        BlocksOfPage ofPage = pages[page];
        Block block = ofPage == null ? null : ofPage.find(offset, privilege);
        if (block == null) {
            block = offset == LAST_OFFSET && isWide(page)
                    ? translateCrossing(page, privilege, next.find())
                    : translate(page, offset, privilege);
        }
        jumps.put(privilege, hostAddress(page) + offset, block.code());
        return block;
    }

    private long hostAddress(int page) {
        return ram.hostAddress(Ram.BASE + ((long) page << Ram.PAGE_SHIFT));
    }

    private boolean isWide(int page) {
        return (OffHeap.getShort(hostAddress(page) + LAST_OFFSET) & 3) == 3;
    }

    /** Translates the instruction that begins with the last two bytes of a page, in a block of its own. */
    private Block translateCrossing(int page, int privilege, int nextPage) {
        makeRoom();
        decoded[0] = Ops.CROSSING;
        if (nextPage != Block.NO_PAGE) {
            int low = OffHeap.getShort(hostAddress(page) + LAST_OFFSET) & 0xFFFF;
            long instruction = decoder.decode(low | OffHeap.getShort(hostAddress(nextPage)) << 16);
            if (knows(instruction, privilege)) {
                decoded[0] = instruction;
                Block block = add(new Block(takeNumber(), page, LAST_OFFSET, privilege, 1, 2, nextPage), false);
                ofPage(nextPage).addReaching(block);
                ram.markCode(nextPage);
                return block;
            }
        }
        return add(new Block(takeNumber(), page, LAST_OFFSET, privilege, 0, 2, Block.NO_PAGE), true);
    }

    private void makeRoom() {
        if (memory.room() < MAX_CODE_BYTES || nextNumber == MAX_BLOCKS && freeCount == 0) {
            statistics.flushes++;
            dropAll();
        }
    }

    private BlocksOfPage ofPage(int page) {
        if (pages[page] == null) {
            pages[page] = new BlocksOfPage();
        }
        return pages[page];
    }

    /** Compiles a block of the instructions in {@link #decoded} and enters it. */
    private Block add(Block block, boolean interprets) {
        long nextPageHost = block.nextPage() == Block.NO_PAGE ? 0 : hostAddress(block.nextPage());
        byte[] code = compiler.compile(block, decoded, interprets, memory.end(), nextPageHost, probes.pcs());
        block.finish(memory.end());
        memory.append(code, compiler.length());
        blocks[block.number()] = block;
        ofPage(block.page()).add(block);
        ram.markCode(block.page());
        statistics.blocks++;
        statistics.instructions += block.steps();
        return block;
    }

    private Block translate(int page, int offset, int privilege) {
        makeRoom();
        long host = hostAddress(page);
        int at = offset;
        int steps = 0;
        int places = 0;
        boolean interprets = false;
        while (steps < MAX_STEPS && at < PAGE_BYTES) {
            int bits = OffHeap.getShort(host + at);
            boolean wide = (bits & 3) == 3;
            if (wide && at == LAST_OFFSET) {
                break; // a block of its own
            }
            if (probes.pcs().isPlace(page, at) && ++places > MAX_PLACES) {
                break;
            }
            long instruction = decoder.decode(wide ? OffHeap.getInt(host + at) : bits);
            decoded[steps] = instruction;
            if (!knows(instruction, privilege)) {
                interprets = true;
                break;
            }
            steps++;
            int length = Decoder.lengthBytes(instruction);
            int from = at;
            at += length;
            if (compiler.endsBlock(instruction) || isBackwardBranch(instruction, from)) {
                break;
            }
        }
        // The instruction that ends it early belongs to it: a new one in its place may go on.
        int lengthBytes = interprets ? Math.min(at + 4, PAGE_BYTES) - offset : at - offset;
        return add(new Block(takeNumber(), page, offset, privilege, steps, lengthBytes, Block.NO_PAGE), interprets);
    }

    /** Whether there is host code for an instruction that leaves no probe out. */
    private boolean knows(long instruction, int privilege) {
        return compiler.knows(instruction, privilege)
                && switch (Decoder.op(instruction)) {
                    case Ops.ECALL -> !probes.traps().wantsSystemCalls();
                    case Ops.SRET -> !probes.traps().wantsReturns();
                    default -> true;
                };
    }

    /** Loops are left at their end: the branch back needs no refund then. */
    private static boolean isBackwardBranch(long instruction, int offset) {
        return switch (Decoder.op(instruction)) {
            case Ops.BEQ, Ops.BNE, Ops.BLT, Ops.BGE, Ops.BLTU, Ops.BGEU -> instruction >> Decoder.IMMEDIATE_SHIFT < 0;
            default -> false;
        };
    }

    private int takeNumber() {
        if (freeCount > 0) {
            return freeNumbers[--freeCount];
        }
        if (nextNumber == blocks.length) {
            blocks = Arrays.copyOf(blocks, nextNumber * 2);
        }
        return nextNumber++;
    }

    /** Lets a jump go straight to a block. */
    void link(Block.Link link, Block to) {
        link.to = to;
        to.incoming().add(link);
        memory.patch(link.site, compiler.distance(link.site, to.code()));
    }

    private void unlink(Block.Link link) {
        link.to = null;
        memory.patch(link.site, compiler.distance(link.site, link.exitAddress));
    }

    @Override
    public boolean drop(int page, int offset, int lengthBytes) {
        BlocksOfPage ofPage = pages[page];
        if (ofPage == null) {
            return false;
        }
        boolean all = ofPage.countDrop() >= DROPS_BEFORE_RELEASE;
        if (!all && offset >= 2 && !ofPage.mayCover(offset, lengthBytes)) {
            return true;
        }
        if (all || offset < 2) {
            for (Block reaching : ofPage.takeReaching()) {
                if (reaching.isLive()) {
                    drop(reaching);
                    pages[reaching.page()].keepLive();
                }
            }
        }
        return dropBlocks(page, all ? 0 : offset, all ? PAGE_BYTES : lengthBytes);
    }

    /** Drops the blocks that begin in a page and have a byte in a stretch of it; whether some block of it is left. */
    private boolean dropBlocks(int page, int offset, int lengthBytes) {
        BlocksOfPage ofPage = pages[page];
        boolean dropped = false;
        for (Block block : ofPage.table()) {
            if (block != null && block.overlaps(offset, lengthBytes)) {
                drop(block);
                dropped = true;
            }
        }
        if (dropped) {
            ofPage.keepLive();
        }
        if (ofPage.isEmpty()) {
            pages[page] = null;
            return false;
        }
        return true;
    }

    @Override
    public void placeChanged(int page, int offset) {
        if (pages[page] != null) {
            dropBlocks(page, offset, 1);
        }
    }

    @Override
    public void trapProbesChanged() {
        dropAll();
    }

    private void drop(Block block) {
        statistics.drops++;
        block.kill();
        jumps.remove(block.privilege(), hostAddress(block.page()) + block.offset());
        for (Block.Link link : block.links()) {
            if (link.to != null) {
                link.to.incoming().remove(link);
            }
        }
        for (Block.Link link : block.incoming()) {
            unlink(link);
        }
        blocks[block.number()] = null;
        if (freeCount == freeNumbers.length) {
            freeNumbers = Arrays.copyOf(freeNumbers, freeCount * 2);
        }
        freeNumbers[freeCount++] = block.number();
    }

    @Override
    public void dropAll() {
        boolean few = nextNumber < FEW_BLOCKS;
        for (int number = 0; number < nextNumber; number++) {
            Block block = blocks[number];
            if (block != null) {
                block.kill();
                if (few) {
                    jumps.remove(block.privilege(), hostAddress(block.page()) + block.offset());
                }
                blocks[number] = null;
            }
        }
        if (!few) {
            jumps.clear();
        }
        Arrays.fill(pages, null);
        nextNumber = 0;
        freeCount = 0;
        memory.truncate(runtimeBytes);
    }

    /** Bytes of host code, the runtime's included. */
    int codeBytes() {
        return memory.length();
    }

    @Override
    public void close() {
        jumps.close();
        memory.close();
    }
}

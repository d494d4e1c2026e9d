package dev.retrovisor.machine.translator.x86;

import static dev.retrovisor.machine.translator.x86.X86Assembler.*;

import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.hart.Tlb;
import dev.retrovisor.machine.isa.Decoder;
import dev.retrovisor.machine.isa.Ops;
import dev.retrovisor.machine.probe.PcProbes;
import dev.retrovisor.machine.translator.Block;
import dev.retrovisor.machine.translator.BlockCompiler;

/** Writes blocks as x86-64 code: control flow here, computation in the emitters. {@link GuestState} says what lies where. */
public final class X86Compiler implements BlockCompiler {
    private static final int PAGE_BYTES = 4096;

    /** A place that is probed under more virtual addresses than this is left to the engine under all. */
    private static final int MAX_COMPARED = 4;

    private static final int[] SAVED_BY_CALLEE = {RBP, RBX, R12, R13, R14, R15};

    private final Emission e = new Emission();
    private final X86Assembler a = e.a;
    private final IntegerEmitter integers = new IntegerEmitter(e);
    private final BitEmitter bits = new BitEmitter(e);
    private final MemoryEmitter memory = new MemoryEmitter(e);
    private final boolean[] known = new boolean[Ops.COUNT];
    private final Runtime runtime = new Runtime(a);
    private final FloatEmitter floats = new FloatEmitter(e, memory, runtime);
    private final Dispatch dispatch = new Dispatch(e, runtime);
    private final SystemEmitter system;

    /** @param alone whether there is but one hart: its turn never ends for long */
    public X86Compiler(boolean alone) {
        system = new SystemEmitter(e, floats, memory, dispatch, alone);
        // What the emitters know is asked of them: they write each instruction once, to nowhere.
        for (int op = Ops.ILLEGAL + 1; op < Ops.COUNT; op++) {
            long instruction = op | 5L << Decoder.RD_SHIFT | 6L << Decoder.RS1_SHIFT | 7L << Decoder.RS2_SHIFT;
            e.begin(new Block(0, 0, 0, 0, 1, 4, Block.NO_PAGE), 0, 0);
            floats.begin();
            e.next(0, 0, instruction);
            known[op] = isJump(op) || emit(op);
            e.end();
        }
    }

    @Override
    public boolean knows(long instruction, int privilege) {
        return known[Decoder.op(instruction)] || system.knows(instruction, privilege);
    }

    @Override
    public boolean endsBlock(long instruction) {
        int op = Decoder.op(instruction);
        return op == Ops.JAL || op == Ops.JALR || SystemEmitter.jumps(op);
    }

    @Override
    public byte[] runtime(long address) {
        runtime.write(address);
        return a.bytes();
    }

    @Override
    public byte[] compile(
            Block block, long[] instructions, boolean interprets, long address, long nextPageHost, PcProbes probes) {
        e.begin(block, address, runtime.exitAddress());
        floats.begin();
        int at = block.offset();
        e.next(0, at, 0);
        if (block.steps() > 0) {
            a.aluImmediate(SUB, GuestState.BUDGET, block.steps());
            e.budgetFrom(a.jump(SIGN));
        }
        boolean goesOn = true;
        for (int i = 0; i < block.steps(); i++) {
            long instruction = instructions[i];
            e.next(i, at, instruction);
            callProbes(probes, i, at);
            if (block.nextPage() != Block.NO_PAGE) {
                requireNextPage(nextPageHost);
            }
            at += e.lengthBytes();
            int op = Decoder.op(instruction);
            if (isJump(op)) {
                goesOn = jump(op, at);
            } else if (!emit(op)) {
                system.emit(op, at);
                goesOn = !SystemEmitter.jumps(op);
            }
        }
        if (goesOn) {
            if (interprets) {
                callProbes(probes, block.steps(), at);
            }
            goOn(at, interprets, instructions);
        }
        e.end();
        return a.bytes();
    }

    /** Leaves to the engine if an instruction has probes under the virtual address at which it is being executed. */
    private void callProbes(PcProbes probes, int done, int at) {
        long[] pages = probes.virtualPages(e.block().page(), at);
        if (pages.length == 0) {
            return;
        }
        int[] sites;
        if (pages.length > MAX_COMPARED) {
            sites = new int[] {a.jump()};
        } else {
            sites = new int[pages.length];
            for (int i = 0; i < sites.length; i++) {
                a.moveImmediate(RAX, pages[i]);
                a.alu(CMP, RAX, GuestState.field(HartState.CODE_PAGE));
                sites[i] = a.jump(EQUAL);
            }
        }
        e.probeFrom(sites, done, at);
        e.resumeHere();
    }

    /** Leaves to the interpreter, to be decoded anew, unless the page behind is the one that the block was made from. */
    private void requireNextPage(long host) {
        a.move(RAX, GuestState.field(HartState.CODE_PAGE));
        a.aluImmediate(ADD, RAX, PAGE_BYTES);
        dispatch.findFetchEntry();
        a.alu(CMP, RAX, memory(RCX, Tlb.FETCH_TAG));
        int notKnown = a.jump(NOT_EQUAL);
        a.alu(ADD, RAX, memory(RCX, Tlb.ADDEND));
        a.moveImmediate(RDX, host);
        a.alu(CMP, RAX, RDX);
        e.decodeAnewFrom(notKnown, a.jump(NOT_EQUAL));
    }

    /** What follows the last instruction when it does not jump away. */
    private void goOn(int at, boolean interprets, long[] instructions) {
        if (interprets) {
            e.interpret(e.block().steps(), at, instructions[e.block().steps()]);
        } else if (at < PAGE_BYTES) {
            e.linkTo(at);
        } else {
            dispatch.toPageRelative(at);
        }
    }

    private boolean emit(int op) {
        return integers.emit(op) || bits.emit(op) || memory.emit(op) || floats.emit(op);
    }

    private static boolean isJump(int op) {
        return switch (op) {
            case Ops.BEQ, Ops.BNE, Ops.BLT, Ops.BGE, Ops.BLTU, Ops.BGEU, Ops.JAL, Ops.JALR -> true;
            default -> false;
        };
    }

    /** Writes a jump; whether what follows it can be reached. */
    private boolean jump(int op, int next) {
        int target = next + 2 * e.immediate();
        switch (op) {
            case Ops.JAL -> {
                linkRegister(next);
                if (target >= 0 && target < PAGE_BYTES) {
                    e.linkTo(target);
                } else {
                    dispatch.toPageRelative(target);
                }
                return false;
            }
            case Ops.JALR -> {
                e.load(RAX, e.rs1());
                if (e.immediate() != 0) {
                    a.aluImmediate(ADD, RAX, e.immediate());
                }
                a.aluImmediate(AND, RAX, ~1);
                linkRegister(next);
                dispatch.to(e.block().privilege());
                return false;
            }
            case Ops.BEQ -> branch(EQUAL, target);
            case Ops.BNE -> branch(NOT_EQUAL, target);
            case Ops.BLT -> branch(LESS, target);
            case Ops.BGE -> branch(GREATER_EQUAL, target);
            case Ops.BLTU -> branch(BELOW, target);
            default -> branch(ABOVE_EQUAL, target);
        }
        return true;
    }

    /** The address behind a jump into its rd; leaves rax alone. */
    private void linkRegister(int next) {
        if (!e.hasDestination()) {
            return;
        }
        int register = GuestState.host(e.rd()) >= 0 ? GuestState.host(e.rd()) : RCX;
        a.move(register, GuestState.field(HartState.CODE_PAGE));
        a.aluImmediate(ADD, register, next);
        e.finish(register);
    }

    private void branch(int condition, int target) {
        if (e.rs2() == 0 && GuestState.host(e.rs1()) >= 0) {
            int register = GuestState.host(e.rs1());
            a.test(register, register);
        } else if (e.rs2() == 0) {
            a.aluImmediate(CMP, GuestState.integer(e.rs1()), 0);
        } else {
            a.alu(CMP, e.inRegister(e.rs1(), RAX), GuestState.integer(e.rs2()));
        }
        if (target >= 0 && target < PAGE_BYTES) {
            e.linkWithRefund(target, a.jump(condition));
            return;
        }
        int stays = a.jump(condition ^ 1);
        int refund = e.block().steps() - e.index() - 1;
        if (refund != 0) {
            a.aluImmediate(ADD, GuestState.BUDGET, refund);
        }
        dispatch.toPageRelative(target);
        a.patch(stays, a.length());
    }

    @Override
    public byte[] floatFlags() {
        return Runtime.floatFlags();
    }

    @Override
    public int floatControl() {
        return Runtime.MXCSR_MASKED;
    }

    @Override
    public int length() {
        return a.length();
    }

    @Override
    public int distance(long site, long target) {
        return (int) (target - site - 4);
    }

    /** Registers that a C function must leave as they were, in the order in which they are saved. */
    static int[] savedByCallee() {
        return SAVED_BY_CALLEE.clone();
    }
}

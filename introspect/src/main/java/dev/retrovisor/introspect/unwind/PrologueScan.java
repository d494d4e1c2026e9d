package dev.retrovisor.introspect.unwind;

import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.isa.Decoder;
import dev.retrovisor.machine.isa.Ops;
import java.util.Arrays;

/**
 * Finds how a function has laid out its frame from its own instructions, for code without frame information, which is what
 * compilers for riscv64 make of plain C: follows changes of sp, and stores of ra and other saved registers relative to it, from
 * the function's start to an address. Instructions behind a return belong to the frame before that return's.
 */
final class PrologueScan {
    private static final int RA = 1;
    private static final int SP = 2;
    private static final int FP = 8;
    private static final int SLOT_MASK = 0x7f;
    private static final long LONGEST_FUNCTION = 1 << 16;
    private static final long NO_CONSTANT = Long.MIN_VALUE;

    private final AddressSpace space;
    private final long[] savedAt = FrameRule.AT_ENTRY.savedAt().clone();
    private final long[] constants = new long[128];

    /** How far sp is below the canonical frame address. */
    private long depth;

    private long depthBeforeReturn = -1;
    private long framePointerBelow = -1;
    private long framePointerBeforeReturn = -1;

    private PrologueScan(AddressSpace space) {
        this.space = space;
        Arrays.fill(constants, NO_CONSTANT);
    }

    /**
     * The rule at {@code pc} in the function that begins at {@code start}.
     *
     * @throws MemoryFault if code on the way can't be read
     */
    static FrameRule rule(AddressSpace space, long start, long pc) {
        var scan = new PrologueScan(space);
        if (pc - start > LONGEST_FUNCTION) {
            throw new MemoryFault(pc, "too far from its function's start");
        }
        for (long at = start; at < pc; ) {
            at += scan.follow(at);
        }
        return scan.rule();
    }

    private FrameRule rule() {
        return framePointerBelow >= 0
                ? new FrameRule(FP, framePointerBelow, savedAt)
                : new FrameRule(SP, depth, savedAt);
    }

    /** Follows one instruction; returns its length in bytes. */
    private int follow(long at) {
        int low = space.readShort(at);
        boolean wide = (low & 3) == 3;
        long packed = Decoder.decode(wide ? low | space.readShort(at + 2) << 16 : low);
        int op = (int) packed & 0x3ff;
        int rd = (int) (packed >>> Decoder.RD_SHIFT) & SLOT_MASK;
        int rs1 = (int) (packed >>> Decoder.RS1_SHIFT) & SLOT_MASK;
        int rs2 = (int) (packed >>> Decoder.RS2_SHIFT) & SLOT_MASK;
        long immediate = packed >> Decoder.IMMEDIATE_SHIFT;
        switch (op) {
            case Ops.SD -> store(rs1, rs2, immediate);
            case Ops.LD -> load(rd, rs1);
            case Ops.ADDI -> add(rd, rs1, immediate);
            case Ops.LUI -> constants[rd] = immediate;
            case Ops.ADD, Ops.SUB -> combine(op, rd, rs1, rs2);
            case Ops.JAL, Ops.JALR -> leave(rd == HartState.SINK_SLOT);
            default -> {
                if (rd < constants.length) {
                    constants[rd] = NO_CONSTANT;
                }
            }
        }
        return wide ? 4 : 2;
    }

    private void store(int base, int register, long offset) {
        boolean isSaved = register == RA || register == FP || register == 9 || register >= 18 && register <= 27;
        // What a function stores first is what it got: later stores of these are its own values.
        if (base == SP && isSaved && savedAt[register] == FrameRule.NOT_SAVED) {
            savedAt[register] = offset - depth;
        }
    }

    /** On its way out a function takes its caller's frame pointer back, often before all its work is done. */
    private void load(int to, int base) {
        if (to == FP && base == SP && framePointerBelow >= 0) {
            framePointerBeforeReturn = framePointerBelow;
            framePointerBelow = -1;
        }
        if (to < constants.length) {
            constants[to] = NO_CONSTANT;
        }
    }

    private void add(int to, int from, long immediate) {
        if (to == SP && from == SP) {
            move(-immediate);
        } else if (to == FP && from == SP) {
            framePointerBelow = depth - immediate;
        } else if (to < constants.length) {
            constants[to] =
                    from == 0 ? immediate : constants[from] == NO_CONSTANT ? NO_CONSTANT : constants[from] + immediate;
        }
    }

    private void combine(int op, int to, int first, int second) {
        if (to == SP && first == SP && constants[second] != NO_CONSTANT) {
            move(op == Ops.SUB ? constants[second] : -constants[second]);
        } else if (to < constants.length) {
            constants[to] = NO_CONSTANT;
        }
    }

    private void move(long deeper) {
        if (deeper < 0 && depthBeforeReturn < 0) {
            depthBeforeReturn = depth;
        }
        depth = Math.max(0, depth + deeper);
    }

    /** Behind a jump that does not come back the frame is as it was before the way out began. */
    private void leave(boolean forGood) {
        if (forGood && depthBeforeReturn >= 0) {
            depth = depthBeforeReturn;
        }
        if (forGood && framePointerBeforeReturn >= 0) {
            framePointerBelow = framePointerBeforeReturn;
        }
        depthBeforeReturn = -1;
        framePointerBeforeReturn = -1;
    }
}

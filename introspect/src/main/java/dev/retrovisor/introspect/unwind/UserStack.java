package dev.retrovisor.introspect.unwind;

import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Unwinds the stacks of one process. Keeps what it learned of the process's images: drop it when the process execs.
 * For one thread at a time.
 */
public final class UserStack {
    /** Tells where the image that has code at an address begins: where its ELF header is mapped; 0 if nowhere. */
    @FunctionalInterface
    public interface Images {
        long startOf(long pc);
    }

    private static final int RA = 1;
    private static final int SP = 2;

    private final AddressSpace space;
    private final Images images;
    private final Map<Long, Optional<FrameTable>> tables = new HashMap<>();

    public UserStack(AddressSpace space, Images images) {
        this.space = space;
        this.images = images;
    }

    /**
     * The addresses of the frames, innermost first: {@code pc} itself, then return addresses.
     *
     * @param registers the 32 integer registers there; they are used up
     * @param most frames at most
     */
    public long[] unwind(long pc, long[] registers, int most) {
        long[] frames = new long[most];
        int count = 0;
        long at = pc;
        while (count < most) {
            frames[count++] = at;
            try {
                // A return address may lie behind its function's end: the call does not.
                FrameRule rule = rule(count == 1 ? at : at - 1, count == 1);
                long caller = rule == null ? 0 : step(rule, registers);
                if (caller == 0) {
                    break;
                }
                at = caller;
            } catch (MemoryFault _) {
                break;
            }
        }
        return java.util.Arrays.copyOf(frames, count);
    }

    private FrameRule rule(long pc, boolean isInnermost) {
        long start = images.startOf(pc);
        Optional<FrameTable> table =
                start == 0 ? Optional.empty() : tables.computeIfAbsent(start, key -> FrameTable.of(space, key));
        return table.flatMap(known -> known.rule(space, pc)).orElse(isInnermost ? FrameRule.AT_ENTRY : null);
    }

    /** Makes the registers the caller's; returns where it goes on, or 0 if there is none. */
    private long step(FrameRule rule, long[] registers) {
        if (rule.cfaRegister() < 0 || rule.cfaRegister() > 31 || rule.savedAt()[RA] == FrameRule.UNDEFINED) {
            return 0;
        }
        long frame = registers[rule.cfaRegister()] + rule.cfaOffset();
        if (Long.compareUnsigned(frame, registers[SP]) < 0) {
            return 0;
        }
        for (int i = 1; i < 32; i++) {
            long where = rule.savedAt()[i];
            if (where != FrameRule.NOT_SAVED && where != FrameRule.UNDEFINED) {
                registers[i] = space.readLong(frame + where);
            }
        }
        boolean stuck = frame == registers[SP] && rule.savedAt()[RA] == FrameRule.NOT_SAVED && registers[RA] == 0;
        registers[SP] = frame;
        return stuck ? 0 : registers[RA];
    }
}

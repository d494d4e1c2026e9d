package dev.retrovisor.introspect.unwind;

import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Unwinds the stacks of one process, by frame information where there is some, else by the functions' own instructions. Keeps what it learned of the process's images: drop it when the process execs.
 * For one thread at a time.
 */
public final class UserStack {
    /** What lies where in the process. */
    public interface Images {
        /** Where the image that has code at an address begins: where its ELF header is mapped; 0 if nowhere. */
        long startOf(long pc);

        /** Where the function at an address begins; 0 if nothing says. */
        long functionOf(long pc);
    }

    private static final int MOST_RULES = 100_000;
    private static final int RA = 1;
    private static final int SP = 2;

    private final AddressSpace space;
    private final Images images;
    private final Map<Long, Optional<FrameTable>> tables = new HashMap<>();
    private final Map<Long, FrameRule> scanned = new HashMap<>();

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
                // Who called has saved where it was called from; the outermost function was not called.
                boolean isOutermost = rule == null || count > 1 && rule.savedAt()[RA] == FrameRule.NOT_SAVED;
                long caller = isOutermost ? 0 : step(rule, registers);
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
        return table.flatMap(known -> known.rule(space, pc))
                .or(() -> scanned(pc))
                .orElse(isInnermost ? FrameRule.AT_ENTRY : null);
    }

    private Optional<FrameRule> scanned(long pc) {
        FrameRule known = scanned.get(pc);
        if (known != null) {
            return Optional.of(known);
        }
        long function = images.functionOf(pc);
        if (function == 0) {
            return Optional.empty();
        }
        FrameRule rule = PrologueScan.rule(space, function, pc);
        if (scanned.size() < MOST_RULES) {
            scanned.put(pc, rule);
        }
        return Optional.of(rule);
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
        registers[SP] = frame;
        return registers[RA];
    }
}

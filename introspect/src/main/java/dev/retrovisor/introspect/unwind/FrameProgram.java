package dev.retrovisor.introspect.unwind;

import dev.retrovisor.introspect.memory.MemoryFault;
import java.util.ArrayDeque;
import java.util.Deque;

/** Runs call frame instructions (DWARF 5, 6.4.2) up to an address. Expressions are not evaluated. */
final class FrameProgram {
    private static final int DEEPEST = 64;

    private final long codeAlign;
    private final long dataAlign;
    private final int addressEncoding;
    private final Deque<FrameRule> remembered = new ArrayDeque<>();
    private long[] initial = FrameRule.AT_ENTRY.savedAt();
    private int cfaRegister = 2;
    private long cfaOffset;
    private long[] savedAt = FrameRule.AT_ENTRY.savedAt().clone();

    FrameProgram(long codeAlign, long dataAlign, int addressEncoding) {
        this.codeAlign = codeAlign;
        this.dataAlign = dataAlign;
        this.addressEncoding = addressEncoding;
    }

    /** Says that what was run so far is what each function starts with. */
    void setInitial() {
        initial = savedAt.clone();
    }

    FrameRule rule() {
        return new FrameRule(cfaRegister, cfaOffset, savedAt.clone());
    }

    /** Runs up to the end of the instructions or until their location is behind an address. */
    void run(FrameBytes bytes, long end, long start, long pc) {
        long location = start;
        while (bytes.position() < end) {
            int code = bytes.u8();
            int operand = code & 0x3f;
            switch (code >>> 6) {
                case 1 -> location += operand * codeAlign;
                case 2 -> save(operand, bytes.uleb() * dataAlign);
                case 3 -> restore(operand);
                default -> {
                    switch (code) {
                        case 0x01 -> location = bytes.pointer(addressEncoding);
                        case 0x02 -> location += bytes.u8() * codeAlign;
                        case 0x03 -> location += bytes.u16() * codeAlign;
                        case 0x04 -> location += bytes.u32() * codeAlign;
                        default -> runExtended(code, bytes);
                    }
                }
            }
            if (location > pc) {
                return;
            }
        }
    }

    private void runExtended(int code, FrameBytes bytes) {
        switch (code) {
            case 0x00 -> {}
            case 0x05 -> save((int) bytes.uleb(), bytes.uleb() * dataAlign);
            case 0x06 -> restore((int) bytes.uleb());
            case 0x07 -> save((int) bytes.uleb(), FrameRule.UNDEFINED);
            case 0x08 -> save((int) bytes.uleb(), FrameRule.NOT_SAVED);
            case 0x09 -> {
                // Kept in another register: no compiler does that for riscv64.
                save((int) bytes.uleb(), FrameRule.UNDEFINED);
                bytes.uleb();
            }
            case 0x0a -> {
                if (remembered.size() < DEEPEST) {
                    remembered.push(rule());
                }
            }
            case 0x0b -> {
                if (!remembered.isEmpty()) {
                    FrameRule rule = remembered.pop();
                    cfaRegister = rule.cfaRegister();
                    cfaOffset = rule.cfaOffset();
                    savedAt = rule.savedAt();
                }
            }
            case 0x0c -> {
                cfaRegister = (int) bytes.uleb();
                cfaOffset = bytes.uleb();
            }
            case 0x0d -> cfaRegister = (int) bytes.uleb();
            case 0x0e -> cfaOffset = bytes.uleb();
            case 0x11 -> save((int) bytes.uleb(), bytes.sleb() * dataAlign);
            case 0x12 -> {
                cfaRegister = (int) bytes.uleb();
                cfaOffset = bytes.sleb() * dataAlign;
            }
            case 0x13 -> cfaOffset = bytes.sleb() * dataAlign;
            case 0x2e -> bytes.uleb();
            default -> throw new MemoryFault(bytes.position(), "call frame instruction 0x%x".formatted(code));
        }
    }

    private void save(int register, long where) {
        if (register >= 0 && register < savedAt.length) {
            savedAt[register] = where;
        }
    }

    private void restore(int register) {
        if (register >= 0 && register < savedAt.length) {
            savedAt[register] = initial[register];
        }
    }
}

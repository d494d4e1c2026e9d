package dev.retrovisor.introspect.ipc;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.symbols.Symbol;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where one function of the kernel calls another. A probe there costs the other callers of a busy function nothing, and what
 * the called one returns lies in a0 at the next instruction.
 */
final class CallSites {
    private static final int LONGEST_FUNCTION = 1 << 16;

    // RISC-V unprivileged specification, "RV32/64G Instruction Set Listings".
    private static final int AUIPC = 0x17;
    private static final int JAL = 0x6f;
    private static final int JALR = 0x67;
    private static final int RA = 1;

    /**
     * One call.
     *
     * @param address of its first instruction, at which all arguments are set
     * @param next where the called function returns to
     */
    record CallSite(long address, long next) {}

    private CallSites() {}

    /** The calls of {@code callee} in {@code caller}; none if either is missing or the compiler left none. */
    static List<CallSite> of(KernelView kernel, String caller, String callee) {
        Optional<Symbol> from = kernel.symbols().function(caller);
        Optional<Symbol> to = kernel.symbols().function(callee);
        if (from.isEmpty() || to.isEmpty()) {
            return List.of();
        }
        long start = from.get().address();
        long length = kernel.symbols().next(start).orElse(start) - start;
        byte[] code = new byte[Math.clamp(length, 0, LONGEST_FUNCTION)];
        int available = kernel.space().readAvailable(start, code, code.length);
        return find(code, available, start, to.get().address());
    }

    /** The calls of {@code target} in code that lies at {@code start}. */
    static List<CallSite> find(byte[] code, int lengthBytes, long start, long target) {
        var sites = new ArrayList<CallSite>();
        int offset = 0;
        while (offset + 4 <= lengthBytes) {
            int word = word(code, offset);
            int length = (word & 3) == 3 ? 4 : 2;
            if ((word & 0xfff) == (JAL | RA << 7)) {
                if (start + offset + jalDistance(word) == target) {
                    sites.add(new CallSite(start + offset, start + offset + 4));
                }
            } else if ((word & 0x7f) == AUIPC && offset + 8 <= lengthBytes) {
                int second = word(code, offset + 4);
                int base = word >>> 7 & 31;
                boolean isCall = (second & 0x7fff) == (JALR | RA << 7) && (second >>> 15 & 31) == base;
                if (isCall && start + offset + (word & -AddressSpace.PAGE_BYTES) + (second >> 20) == target) {
                    sites.add(new CallSite(start + offset, start + offset + 8));
                }
            }
            offset += length;
        }
        return sites;
    }

    private static int jalDistance(int word) {
        return word >> 31 << 20 | word & 0xff000 | (word >>> 20 & 1) << 11 | (word >>> 21 & 0x3ff) << 1;
    }

    private static int word(byte[] code, int offset) {
        return code[offset] & 0xff
                | (code[offset + 1] & 0xff) << 8
                | (code[offset + 2] & 0xff) << 16
                | code[offset + 3] << 24;
    }
}

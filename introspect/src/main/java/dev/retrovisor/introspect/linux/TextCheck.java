package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.introspect.symbols.Symbols;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongPredicate;

/**
 * Where the code of the running kernel is not what its file has. A kernel changes its own code in places that its file
 * lists: there a difference is explained if what stands there now is something that the kernel would have written.
 */
public final class TextCheck {
    private static final int JUMP_ENTRY_BYTES = 16;
    private static final int MOST_BUCKETS = 1 << 16;
    private static final int MOST_PROBES = 1 << 16;
    private static final int NOP = 0x13;
    private static final int COMPRESSED_NOP = 0x0001;
    private static final int EBREAK = 0x00100073;
    private static final int COMPRESSED_EBREAK = 0x9002;
    private static final int FTRACE_BYTES = 8;

    /** Bytes that a patch may have in common with the code that was there. */
    private static final int LARGEST_GAP = 4;

    private final KernelView kernel;
    private final KernelImage image;
    private final KernelCode code;
    private final AddressSpace space;
    private final long start;
    private final long end;

    /** By first address. */
    private final TreeMap<Long, Site> sites = new TreeMap<>(Long::compareUnsigned);

    /** Why code may differ from the file. */
    public enum Cause {
        /** Instructions that fit the processor better, chosen when the kernel started. */
        ALTERNATIVE,
        /** A switch in code: a branch, or none. */
        JUMP_LABEL,
        /** The start of a function that can be traced. */
        FTRACE,
        /** A breakpoint that the kernel itself knows of. */
        KPROBE,
        /** None of these: somebody patched it. */
        UNEXPLAINED
    }

    /**
     * Code that differs.
     *
     * @param sizeBytes from the first byte that differs to the last one that does
     */
    public record Difference(Cause cause, long address, int sizeBytes) {}

    /** A place that may change, and how. */
    private record Site(Cause cause, long start, int sizeBytes, LongPredicate isGenuine) {
        boolean has(long address) {
            return address - start >= 0 && address - start < sizeBytes;
        }
    }

    /** @param image the file of just this kernel */
    public TextCheck(KernelView kernel, KernelImage image) {
        this.kernel = kernel;
        this.image = image;
        code = new KernelCode(kernel);
        space = kernel.space();
        start = kernel.symbols().address("_stext");
        end = kernel.symbols().address("_etext");
        addFtrace();
        addJumpLabels();
        addAlternatives();
        addProbes();
    }

    /** How many bytes are compared. */
    public long sizeBytes() {
        return end - start;
    }

    /** All differences by address; neighbours of one site are one. */
    public List<Difference> differences() {
        var found = new ArrayList<Difference>();
        byte[] page = new byte[AddressSpace.PAGE_BYTES];
        for (long at = start; at - end < 0; at += page.length) {
            int length = (int) Math.min(page.length, end - at);
            if (space.readAvailable(at, page, length) < length) {
                kernel.damage().note("text", "0x%x: code is not mapped".formatted(at));
                continue;
            }
            for (int i = 0; i < length; i++) {
                if (image.has(at + i, 1) && (page[i] & 0xff) != image.readByte(at + i)) {
                    add(found, at + i);
                }
            }
        }
        return found;
    }

    private void add(List<Difference> found, long address) {
        Map.Entry<Long, Site> below = sites.floorEntry(address);
        Site site = below != null && below.getValue().has(address) ? below.getValue() : null;
        Cause cause = site != null && isGenuine(site) ? site.cause : Cause.UNEXPLAINED;
        Difference last = found.isEmpty() ? null : found.getLast();
        boolean goesOn = last != null
                && last.cause == cause
                && (cause == Cause.UNEXPLAINED
                        ? address - last.address - last.sizeBytes < LARGEST_GAP
                        : site.has(last.address));
        if (goesOn) {
            found.set(found.size() - 1, new Difference(cause, last.address, (int) (address - last.address + 1)));
        } else {
            found.add(new Difference(cause, address, 1));
        }
    }

    private static boolean isGenuine(Site site) {
        try {
            return site.isGenuine.test(site.start);
        } catch (MemoryFault _) {
            return false;
        }
    }

    private void addFtrace() {
        Symbols symbols = kernel.symbols();
        if (!symbols.has("__start_mcount_loc") || !symbols.has("__stop_mcount_loc")) {
            return;
        }
        boolean hasOwner = symbols.has("ftrace_nop_ops");
        long last = symbols.address("__stop_mcount_loc");
        for (long at = symbols.address("__start_mcount_loc"); at - last < 0 && image.has(at, 8); at += 8) {
            long site = image.readLong(at);
            // What the linker found in no function that was kept is 0.
            if (site != 0 && hasOwner) {
                LongPredicate isGenuine = address -> isOwner(space.readLong(address)) && isFtrace(address + Long.BYTES);
                sites.put(site, new Site(Cause.FTRACE, site, Long.BYTES + FTRACE_BYTES, isGenuine));
            } else if (site != 0) {
                sites.put(site, new Site(Cause.FTRACE, site, FTRACE_BYTES, this::isFtrace));
            }
        }
    }

    /** Since Linux 7 a pointer to who traces a function lies before it: the kernel's own, or one in memory of its. */
    private boolean isOwner(long pointer) {
        return kernel.symbols()
                        .at(pointer)
                        .filter(symbol -> !symbol.isText() && symbol.name().endsWith("_ops"))
                        .isPresent()
                || !code.isInImage(pointer) && space.isMapped(pointer);
    }

    /** Two words that do nothing, or a call by way of t0 of the tracer, or of code that was made for it at run time. */
    private boolean isFtrace(long site) {
        int first = space.readInt(site);
        int second = space.readInt(site + 4);
        boolean isCall = RiscvCode.isPcRelativeCall(first, second) && RiscvCode.linkRegister(second) == RiscvCode.T0;
        if (isCall) {
            long target = RiscvCode.pcRelativeTarget(site, first, second);
            return code.isInImage(target)
                    ? kernel.symbols()
                            .at(target)
                            .filter(symbol -> symbol.name().startsWith("ftrace_"))
                            .isPresent()
                    : isOfBpf(target);
        }
        // While tracing is off one half of the call may stay: it does nothing but to t0, and is jumped over by none.
        boolean isFirstHarmless =
                isNop(first) || RiscvCode.isAuipc(first) && RiscvCode.linkRegister(first) == RiscvCode.T0;
        return isFirstHarmless && (isNop(second) || isNop(first) && RiscvCode.linkRegister(second) == RiscvCode.T0);
    }

    /** Whether the kernel made room there for a program of BPF's: those are called from functions that they watch. */
    private boolean isOfBpf(long target) {
        return new VirtualAreas(kernel)
                .all()
                .filter(area -> area.has(target))
                .flatMap(area -> kernel.symbols().at(area.caller()).stream())
                .anyMatch(symbol -> symbol.name().startsWith("bpf_"));
    }

    private static boolean isNop(int word) {
        return word == NOP || word == (COMPRESSED_NOP << 16 | COMPRESSED_NOP);
    }

    private void addJumpLabels() {
        Symbols symbols = kernel.symbols();
        if (!symbols.has("__start___jump_table") || !symbols.has("__stop___jump_table")) {
            return;
        }
        long last = symbols.address("__stop___jump_table");
        for (long at = symbols.address("__start___jump_table");
                at - last < 0 && image.has(at, JUMP_ENTRY_BYTES);
                at += JUMP_ENTRY_BYTES) {
            long code = at + image.readInt(at);
            long target = at + 4 + image.readInt(at + 4);
            sites.put(code, new Site(Cause.JUMP_LABEL, code, 4, site -> {
                int word = space.readInt(site);
                return word == NOP || RiscvCode.isJump(word) && site + RiscvCode.jumpOffset(word) == target;
            }));
        }
    }

    private void addAlternatives() {
        Symbols symbols = kernel.symbols();
        if (!symbols.has("__alt_start") || !symbols.has("__alt_end")) {
            return;
        }
        var layout = kernel.types().struct("alt_entry");
        long last = symbols.address("__alt_end");
        int size = (int) layout.sizeBytes();
        long oldOffset = layout.field("old_offset").offsetBytes();
        long altOffset = layout.field("alt_offset").offsetBytes();
        long lengthOffset = layout.field("alt_len").offsetBytes();
        for (long at = symbols.address("__alt_start"); at - last < 0 && image.has(at, size); at += size) {
            long old = at + oldOffset + image.readInt(at + oldOffset);
            long other = at + altOffset + image.readInt(at + altOffset);
            int length = image.readShort(at + lengthOffset);
            Site known = sites.get(old);
            // One place may have several, each for another processor.
            LongPredicate isThis = site -> isAlternative(site, other, length);
            LongPredicate isAny = known == null || known.cause != Cause.ALTERNATIVE
                    ? isThis
                    : site -> known.isGenuine.test(site) || isThis.test(site);
            int longest = known == null ? length : Math.max(length, known.sizeBytes);
            sites.put(old, new Site(Cause.ALTERNATIVE, old, longest, isAny));
        }
    }

    /** The same instructions, but that what is relative to where it stands was adapted. */
    private boolean isAlternative(long site, long other, int length) {
        for (int i = 0; i + 2 <= length; ) {
            if (!image.has(other + i, 2)) {
                return false;
            }
            boolean isShort = (image.readShort(other + i) & 3) != 3;
            if (isShort) {
                if (space.readShort(site + i) != image.readShort(other + i)) {
                    return false;
                }
                i += 2;
                continue;
            }
            int expected = image.readInt(other + i);
            int word = space.readInt(site + i);
            boolean isPair = i + 8 <= length
                    && image.has(other + i + 4, 4)
                    && RiscvCode.isPcRelativeCall(expected, image.readInt(other + i + 4));
            if (isPair) {
                int following = space.readInt(site + i + 4);
                long target = RiscvCode.pcRelativeTarget(other + i, expected, image.readInt(other + i + 4));
                if (!RiscvCode.isPcRelativeCall(word, following)
                        || RiscvCode.pcRelativeTarget(site + i, word, following) != target) {
                    return false;
                }
                i += 8;
                continue;
            }
            boolean isSameJump = RiscvCode.isJal(expected)
                    && RiscvCode.isJal(word)
                    && other + RiscvCode.jumpOffset(expected) == site + RiscvCode.jumpOffset(word);
            if (word != expected && !isSameJump) {
                return false;
            }
            i += 4;
        }
        return true;
    }

    private void addProbes() {
        Symbols symbols = kernel.symbols();
        if (!symbols.has("kprobe_table") || kernel.types().findStruct("kprobe").isEmpty()) {
            return;
        }
        long table = symbols.address("kprobe_table");
        long count = (symbols.next(table).orElse(table) - table) / Long.BYTES;
        HashTables.chains(
                        kernel,
                        table,
                        Long.highestOneBit(Math.clamp(count, 1, MOST_BUCKETS)),
                        "kprobe",
                        "hlist",
                        MOST_PROBES)
                .forEach(probe -> kernel.tolerate("kprobes", () -> probe.get("addr"))
                        .ifPresent(address -> sites.put(
                                address,
                                new Site(
                                        Cause.KPROBE,
                                        address,
                                        4,
                                        site -> space.readInt(site) == EBREAK
                                                || space.readShort(site) == COMPRESSED_EBREAK))));
    }
}

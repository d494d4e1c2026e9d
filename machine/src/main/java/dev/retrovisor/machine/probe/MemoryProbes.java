package dev.retrovisor.machine.probe;

import dev.retrovisor.machine.memory.Ram;
import dev.retrovisor.machine.probe.MemoryAccess.Agent;
import dev.retrovisor.machine.probe.MemoryAccess.Kind;
import dev.retrovisor.machine.time.Clock;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Probes on ranges of RAM. Pages with probes are flagged in {@link Ram}; TLBs never let what is probed through. */
public final class MemoryProbes {
    private static final Range[] NONE = {};

    /** One set probe, on {@code [first, end)}. */
    private static final class Range {
        final long first;
        final long end;
        final boolean reads;
        final boolean writes;
        final MemoryProbe probe;
        boolean removed;

        Range(long first, long end, boolean reads, boolean writes, MemoryProbe probe) {
            this.first = first;
            this.end = end;
            this.reads = reads;
            this.writes = writes;
            this.probe = probe;
        }

        boolean wants(Kind kind, long physicalAddress, int sizeBytes) {
            return (kind == Kind.READ ? reads : writes)
                    && first < physicalAddress + sizeBytes
                    && physicalAddress < end
                    && !removed;
        }
    }

    private final Probes probes;
    private final Clock clock;
    private final Ram ram;

    /** The ranges that touch each page, in the order in which they were set. */
    private final Map<Integer, Range[]> byPage = new HashMap<>();

    MemoryProbes(Probes probes, Clock clock, Ram ram) {
        this.probes = probes;
        this.clock = clock;
        this.ram = ram;
    }

    Probe add(long physicalAddress, long lengthBytes, boolean reads, boolean writes, MemoryProbe probe) {
        if (lengthBytes <= 0 || !ram.contains(physicalAddress, lengthBytes)) {
            throw new IllegalArgumentException(
                    "a probe on %d bytes at %#x, which are not in RAM".formatted(lengthBytes, physicalAddress));
        }
        var range = new Range(physicalAddress, physicalAddress + lengthBytes, reads, writes, probe);
        boolean more = false;
        for (int page = ram.pageOf(range.first); page <= ram.pageOf(range.end - 1); page++) {
            Range[] others = byPage.getOrDefault(page, NONE);
            Range[] all = Arrays.copyOf(others, others.length + 1);
            all[others.length] = range;
            more |= flagPage(page, all);
        }
        if (more) {
            probes.follower().forgetTranslations();
        }
        return () -> remove(range);
    }

    private void remove(Range range) {
        if (!range.removed) {
            range.removed = true;
            for (int page = ram.pageOf(range.first); page <= ram.pageOf(range.end - 1); page++) {
                Range[] left = Arrays.stream(byPage.get(page))
                        .filter(other -> other != range)
                        .toArray(Range[]::new);
                flagPage(page, left);
            }
        }
    }

    /** Returns whether accesses are probed that were not. */
    private boolean flagPage(int page, Range[] ranges) {
        boolean reads = false;
        boolean writes = false;
        for (Range range : ranges) {
            reads |= range.reads;
            writes |= range.writes;
        }
        if (ranges.length == 0) {
            byPage.remove(page);
        } else {
            byPage.put(page, ranges);
        }
        long first = Ram.BASE + ((long) page << Ram.PAGE_SHIFT);
        boolean more = reads && !ram.isReadProbed(first) || writes && !ram.isWriteProbed(first);
        ram.probe(page, reads, writes);
        return more;
    }

    private Range[] rangesAt(long physicalAddress) {
        return byPage.getOrDefault(ram.pageOf(physicalAddress), NONE);
    }

    /** A hart reads a page flagged for it. */
    public void read(int hart, long pc, long virtualAddress, long physicalAddress, int sizeBytes, long value) {
        long read = value & mask(sizeBytes);
        call(Kind.READ, Agent.INSTRUCTION, hart, pc, virtualAddress, physicalAddress, sizeBytes, read, read);
    }

    /** A hart is about to write a page flagged for it, where {@code before} stands still. */
    public void write(
            Agent agent, int hart, long pc, long virtualAddress, long physicalAddress, int sizeBytes, long after) {
        long before = present(physicalAddress, sizeBytes);
        call(Kind.WRITE, agent, hart, pc, virtualAddress, physicalAddress, sizeBytes, before, after & mask(sizeBytes));
    }

    /** A device is about to write bytes, some of them to pages flagged for it. */
    public void writeByDevice(long physicalAddress, byte[] source, int offset, int lengthBytes) {
        if (probes.isSilent()) {
            return;
        }
        long end = physicalAddress + lengthBytes;
        for (long at = physicalAddress; at < end; ) {
            int sizeBytes = (int) Math.min(end - at, Long.BYTES - (at & Long.BYTES - 1));
            if (isWanted(at, sizeBytes)) {
                long after = 0;
                for (int i = 0; i < sizeBytes; i++) {
                    after |= (source[offset + (int) (at - physicalAddress) + i] & 0xFFL) << i * 8;
                }
                long before = present(at, sizeBytes);
                call(Kind.WRITE, Agent.DEVICE, MemoryAccess.NONE, 0, 0, at, sizeBytes, before, after);
            }
            at += sizeBytes;
        }
    }

    private boolean isWanted(long physicalAddress, int sizeBytes) {
        for (Range range : rangesAt(physicalAddress)) {
            if (range.wants(Kind.WRITE, physicalAddress, sizeBytes)) {
                return true;
            }
        }
        return false;
    }

    private long present(long physicalAddress, int sizeBytes) {
        long value = 0;
        for (int i = 0; i < sizeBytes; i++) {
            value |= (long) ram.readByte(physicalAddress + i) << i * 8;
        }
        return value;
    }

    private static long mask(int sizeBytes) {
        return -1L >>> Long.SIZE - 8 * sizeBytes;
    }

    private void call(
            Kind kind,
            Agent agent,
            int hart,
            long pc,
            long virtualAddress,
            long physicalAddress,
            int sizeBytes,
            long before,
            long after) {
        MemoryAccess access = null;
        for (Range range : rangesAt(physicalAddress)) {
            if (range.wants(kind, physicalAddress, sizeBytes)) {
                if (access == null) {
                    access = new MemoryAccess(
                            kind,
                            agent,
                            hart,
                            clock.steps(),
                            pc,
                            virtualAddress,
                            physicalAddress,
                            sizeBytes,
                            before,
                            after);
                }
                probes.obey(range.probe.accessed(access));
            }
        }
    }
}

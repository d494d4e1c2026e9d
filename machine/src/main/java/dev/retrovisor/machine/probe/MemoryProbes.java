package dev.retrovisor.machine.probe;

import dev.retrovisor.machine.memory.Ram;
import dev.retrovisor.machine.probe.MemoryAccess.Agent;
import dev.retrovisor.machine.probe.MemoryAccess.Kind;
import dev.retrovisor.machine.time.Clock;
import java.util.Arrays;

/** Probes on ranges of RAM. Pages with probes are flagged in {@link Ram}; TLBs never let what is probed through. */
public final class MemoryProbes {
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
    private Range[] ranges = {};

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
        ranges = Arrays.copyOf(ranges, ranges.length + 1);
        ranges[ranges.length - 1] = range;
        flagPages(range);
        probes.follower().forgetTranslations();
        return () -> remove(range);
    }

    private void remove(Range range) {
        if (!range.removed) {
            range.removed = true;
            ranges = Arrays.stream(ranges).filter(other -> other != range).toArray(Range[]::new);
            flagPages(range);
        }
    }

    private void flagPages(Range range) {
        int last = ram.pageOf(range.end - 1);
        for (int page = ram.pageOf(range.first); page <= last; page++) {
            long first = Ram.BASE + ((long) page << Ram.PAGE_SHIFT);
            boolean reads = false;
            boolean writes = false;
            for (Range other : ranges) {
                reads |= other.wants(Kind.READ, first, Ram.PAGE_BYTES);
                writes |= other.wants(Kind.WRITE, first, Ram.PAGE_BYTES);
            }
            ram.probe(page, reads, writes);
        }
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
        for (Range range : ranges) {
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
        for (Range range : ranges) {
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

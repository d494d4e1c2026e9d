package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The kernel's log: a ring of descriptors and a ring of text (kernel/printk/printk_ringbuffer.h). Records that the guest is
 * just writing are left out.
 */
public final class KernelLog {
    private static final int MOST_COUNT_BITS = 24;
    private static final int MOST_SIZE_BITS = 30;
    private static final int STATE_SHIFT = 62;
    private static final long STATE_COMMITTED = 1;
    private static final long STATE_FINALIZED = 2;
    private static final long ID_BITS = (1L << STATE_SHIFT) - 1;
    private static final long NO_DATA = 1;

    /** Set in a caller's number that is a processor's. */
    private static final int CALLER_IS_CPU = 1 << 31;

    private final KernelView kernel;
    private final AddressSpace space;
    private final KernelObject ring;
    private final int countBits;
    private final long descriptors;
    private final long infos;
    private final int sizeBits;
    private final long data;

    /** @throws MemoryFault if the kernel has no log yet */
    public KernelLog(KernelView kernel) {
        this.kernel = kernel;
        ring = kernel.object("printk_ringbuffer", kernel.globalLong("prb"));
        space = ring.space();
        countBits = ring.getInt("desc_ring.count_bits");
        descriptors = ring.get("desc_ring.descs");
        infos = ring.get("desc_ring.infos");
        sizeBits = ring.getInt("text_data_ring.size_bits");
        data = ring.get("text_data_ring.data");
        if (countBits < 1 || countBits > MOST_COUNT_BITS || sizeBits < 1 || sizeBits > MOST_SIZE_BITS) {
            throw new MemoryFault(ring.address(), "no printk_ringbuffer");
        }
    }

    /**
     * One record.
     *
     * @param nanos the guest's clock since boot
     * @param facility as syslog has it; 0 is the kernel
     * @param level 0 for an emergency to 7 for debugging
     * @param isContinued whether what comes next may go on with this line
     * @param caller {@code T1} for a thread, {@code C0} for a processor in an interrupt
     * @param text may have several lines
     * @param device what it is about, {@code +pci:0000:00:01.0} or so; empty if nothing in particular
     */
    public record Line(
            long sequence,
            long nanos,
            int facility,
            int level,
            boolean isContinued,
            String caller,
            String text,
            String subsystem,
            String device) {}

    /** All records that are still there, the oldest first; lazily. */
    public Stream<Line> lines() {
        return kernel
                .tolerate(
                        "log",
                        () -> LongStream.rangeClosed(
                                0,
                                Math.min(
                                        ring.get("desc_ring.head_id") - ring.get("desc_ring.tail_id") & ID_BITS,
                                        (1L << countBits) - 1)))
                .stream()
                .flatMapToLong(offsets -> offsets.map(offset -> ring.get("desc_ring.tail_id") + offset & ID_BITS))
                .boxed()
                .flatMap(id -> kernel.tolerate("log", () -> line(id)).flatMap(line -> line).stream());
    }

    private Optional<Line> line(long id) {
        long index = id & (1L << countBits) - 1;
        KernelObject descriptor = element("prb_desc", descriptors, index);
        long state = descriptor.get("state_var");
        long kind = state >>> STATE_SHIFT;
        if ((state & ID_BITS) != id || kind != STATE_COMMITTED && kind != STATE_FINALIZED) {
            return Optional.empty();
        }
        KernelObject info = element("printk_info", infos, index);
        int caller = info.getInt("caller_id");
        return Optional.of(new Line(
                info.get("seq"),
                info.get("ts_nsec"),
                info.getInt("facility"),
                info.getInt("level"),
                (info.get("flags") & kernel.types().findConstant("LOG_CONT").orElse(8L)) != 0,
                (caller & CALLER_IS_CPU) != 0 ? "C" + (caller & ~CALLER_IS_CPU) : "T" + caller,
                text(id, descriptor.get("text_blk_lpos.begin"), descriptor.get("text_blk_lpos.next"), info),
                info.has("dev_info") ? info.in("dev_info").text("subsystem") : "",
                info.has("dev_info") ? info.in("dev_info").text("device") : ""));
    }

    private KernelObject element(String struct, long array, long index) {
        return kernel.object(
                struct, array + index * kernel.types().struct(struct).sizeBytes());
    }

    private String text(long id, long begin, long next, KernelObject info) {
        if ((begin & NO_DATA) != 0 && (next & NO_DATA) != 0) {
            return "";
        }
        long size = 1L << sizeBits;
        boolean isWrapped = begin >>> sizeBits != next >>> sizeBits && (next & size - 1) != 0;
        // A block that does not fit behind the last one lies at the ring's start as a whole.
        long from = isWrapped ? 0 : begin & size - 1;
        long length = isWrapped ? next & size - 1 : next - begin;
        if (length < Long.BYTES || length > size - from) {
            throw new MemoryFault(data + from, "record %d has no place in the log".formatted(id));
        }
        if ((space.readLong(data + from) & ID_BITS) != id) {
            throw new MemoryFault(data + from, "the text of record %d is overwritten".formatted(id));
        }
        int textLength = (int) Math.min(info.get("text_len"), length - Long.BYTES);
        return new String(space.read(data + from + Long.BYTES, textLength), StandardCharsets.UTF_8);
    }
}

package dev.retrovisor.introspect.ipc;

import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.linux.PageFrames;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import java.util.Arrays;
import java.util.Map;

/**
 * The first bytes of what is sent, taken from the sender's memory as it sends. Pages that are not in memory yet hold
 * nothing that was written, and end what is kept.
 */
final class Payloads {
    /** More buffers of one writev are not looked at: IOV_MAX. */
    private static final int MOST_BUFFERS = 1024;

    private final Watch watch;
    private final int mostBytes;
    private final Map<String, Long> iteratorTypes;

    /** @param mostBytes of each message; 0 for none */
    Payloads(Watch watch, int mostBytes) {
        this.watch = watch;
        this.mostBytes = mostBytes;
        iteratorTypes = watch.kernel().types().enumeration("iter_type").orElse(Map.of());
    }

    /** From an iov_iter of the process on a hart. */
    byte[] ofIterator(int hart, long iterator) {
        return mostBytes == 0 ? Sent.NOTHING : ofIterator(hart, watch.kernel().object("iov_iter", iterator));
    }

    /** From a msghdr of the process on a hart. */
    byte[] ofMessage(int hart, long message) {
        return mostBytes == 0
                ? Sent.NOTHING
                : ofIterator(hart, watch.kernel().object("msghdr", message).in("msg_iter"));
    }

    private byte[] ofIterator(int hart, KernelObject iterator) {
        long type = iterator.get("iter_type");
        long count = iterator.get("count");
        long skip = iterator.get("iov_offset");
        try {
            if (type == iteratorTypes.getOrDefault("ITER_UBUF", -1L)) {
                return read(user(hart), iterator.get("ubuf") + skip, count);
            } else if (type == iteratorTypes.getOrDefault("ITER_IOVEC", -1L)) {
                return gather(user(hart), iterator.get("__iov"), iterator.get("nr_segs"), skip, count);
            } else if (type == iteratorTypes.getOrDefault("ITER_KVEC", -1L)) {
                return gather(iterator.space(), iterator.get("kvec"), iterator.get("nr_segs"), skip, count);
            }
        } catch (MemoryFault _) {
            return Sent.NOTHING; // The send will fail with EFAULT, or an array that lies.
        }
        return Sent.NOTHING;
    }

    /** From an address of the process on a hart. */
    byte[] ofUser(int hart, long address, long lengthBytes) {
        return mostBytes == 0 ? Sent.NOTHING : read(user(hart), address, lengthBytes);
    }

    /** From an address of the kernel. */
    byte[] ofKernel(long address, long lengthBytes) {
        return mostBytes == 0 ? Sent.NOTHING : read(watch.kernel().space(), address, lengthBytes);
    }

    /** Whether anything is kept. */
    boolean isKept() {
        return mostBytes > 0;
    }

    /** Adds what lies in a page, by its struct page, to what is kept already. */
    byte[] withPage(byte[] before, long structPage, long offset, long lengthBytes) {
        long physical = PageFrames.of(watch.kernel()).physical(structPage) + offset;
        int more = Math.clamp(lengthBytes, 0, mostBytes - before.length);
        var memory = watch.kernel().machine().memory();
        if (!memory.contains(physical, more)) {
            return before;
        }
        byte[] bytes = Arrays.copyOf(before, before.length + more);
        memory.read(physical, bytes, before.length, more);
        return bytes;
    }

    private AddressSpace user(int hart) {
        return watch.kernel().hartSpace(hart);
    }

    private byte[] read(AddressSpace space, long address, long lengthBytes) {
        byte[] bytes = new byte[Math.clamp(lengthBytes, 0, mostBytes)];
        int available = space.readAvailable(address, bytes, bytes.length);
        return available == bytes.length ? bytes : Arrays.copyOf(bytes, available);
    }

    private byte[] gather(AddressSpace space, long vector, long buffers, long skip, long count) {
        var kernel = watch.kernel();
        byte[] bytes = new byte[Math.clamp(count, 0, mostBytes)];
        int done = 0;
        long size = kernel.types().struct("iovec").sizeBytes();
        for (int i = 0; i < Math.min(buffers, MOST_BUFFERS) && done < bytes.length; i++) {
            // A kvec has the same two members, by the same names.
            KernelObject buffer = kernel.object("iovec", vector + i * size);
            long offset = i == 0 ? skip : 0;
            byte[] part = read(
                    space,
                    buffer.get("iov_base") + offset,
                    Math.min(bytes.length - done, buffer.get("iov_len") - offset));
            System.arraycopy(part, 0, bytes, done, part.length);
            done += part.length;
        }
        return Arrays.copyOf(bytes, done);
    }
}

package dev.retrovisor.introspect.allocation;

import dev.retrovisor.introspect.event.GuestEvent;
import dev.retrovisor.introspect.event.Moment;
import dev.retrovisor.introspect.heap.CallStack;
import dev.retrovisor.introspect.inspect.Column;

/**
 * Memory is given, given back, mapped or touched first. Callers are places in the kernel, such as {@code load_elf_phdrs+0x42},
 * and empty where they are not known; stacks are empty unless they were asked for.
 */
public sealed interface MemoryEvent extends GuestEvent {
    @Override
    default String stream() {
        return "memory";
    }

    /**
     * The kernel gives out an object.
     *
     * @param type {@code kmalloc}, or {@code kmem_cache_alloc} for objects of one kind
     * @param address 0 if there was no memory, 16 if no bytes were asked for
     * @param requestedBytes what was asked for
     * @param allocatedBytes what it takes
     * @param cache its name; empty for objects too large for one
     */
    record ObjectAllocated(
            Moment at,
            String type,
            @Column(Column.Style.HEX) long address,
            @Column(Column.Style.BYTES) long requestedBytes,
            @Column(Column.Style.BYTES) long allocatedBytes,
            String cache,
            String caller,
            CallStack stack)
            implements MemoryEvent {
        @Override
        public String summary() {
            return "%,d bytes at 0x%x%s%s".formatted(requestedBytes, address, of(cache), from(caller));
        }
    }

    /**
     * The kernel takes an object back.
     *
     * @param type {@code kfree}, or {@code kmem_cache_free}
     */
    record ObjectFreed(
            Moment at,
            String type,
            @Column(Column.Style.HEX) long address,
            String cache,
            String caller,
            CallStack stack)
            implements MemoryEvent {
        @Override
        public String summary() {
            return "0x%x%s%s".formatted(address, of(cache), from(caller));
        }
    }

    /**
     * The kernel gives out pages.
     *
     * @param frame physical address of the first one, in pages
     * @param order binary logarithm of how many there are
     */
    record PagesAllocated(Moment at, long frame, int order, String caller, CallStack stack) implements MemoryEvent {
        @Override
        public String type() {
            return "page_alloc";
        }

        @Override
        public String summary() {
            return pages(frame, order) + from(caller);
        }
    }

    /** The kernel takes pages back. */
    record PagesFreed(Moment at, long frame, int order, String caller, CallStack stack) implements MemoryEvent {
        @Override
        public String type() {
            return "page_free";
        }

        @Override
        public String summary() {
            return pages(frame, order) + from(caller);
        }
    }

    /** The kernel maps pages behind each other for itself; the address is 0 if it could not. */
    record AreaAllocated(
            Moment at,
            @Column(Column.Style.HEX) long address,
            @Column(Column.Style.BYTES) long sizeBytes,
            String caller,
            CallStack stack)
            implements MemoryEvent {
        @Override
        public String type() {
            return "vmalloc";
        }

        @Override
        public String summary() {
            return "%,d bytes at 0x%x%s".formatted(sizeBytes, address, from(caller));
        }
    }

    /** The kernel gives such an area back. */
    record AreaFreed(Moment at, @Column(Column.Style.HEX) long address, String caller, CallStack stack)
            implements MemoryEvent {
        @Override
        public String type() {
            return "vfree";
        }

        @Override
        public String summary() {
            return "0x%x%s".formatted(address, from(caller));
        }
    }

    /**
     * A process gets a mapping.
     *
     * @param address where it is; 0 if there was an error
     * @param protection such as {@code r-x}
     * @param path of the file; empty for anonymous memory
     * @param error the error's number, or 0
     */
    record Mapped(
            Moment at,
            @Column(Column.Style.HEX) long address,
            @Column(Column.Style.BYTES) long lengthBytes,
            String protection,
            boolean shared,
            String path,
            @Column(Column.Style.HEX) long offset,
            int error)
            implements MemoryEvent {
        @Override
        public String type() {
            return "mmap";
        }

        @Override
        public String summary() {
            return "%,d bytes %s%s of %s%s%s"
                    .formatted(
                            lengthBytes,
                            protection,
                            shared ? "s" : "p",
                            path.isEmpty() ? "anonymous memory" : path,
                            where(address),
                            failed(error));
        }
    }

    /** A process moves the end of its heap, or asks where it is. */
    record BreakMoved(
            Moment at,
            @Column(Column.Style.HEX) long requested,
            @Column(Column.Style.HEX) long before,
            @Column(Column.Style.HEX) long after)
            implements MemoryEvent {
        @Override
        public String type() {
            return "brk";
        }

        @Override
        public String summary() {
            return requested == 0
                    ? "0x%x".formatted(after)
                    : "0x%x -> 0x%x%s".formatted(before, after, requested == after ? "" : ", not as asked");
        }
    }

    /** A range of a process's memory goes away; what ends with the process is not told. */
    record Unmapped(
            Moment at,
            @Column(Column.Style.HEX) long address,
            @Column(Column.Style.BYTES) long lengthBytes,
            int error) implements MemoryEvent {
        @Override
        public String type() {
            return "munmap";
        }

        @Override
        public String summary() {
            return "%,d bytes at 0x%x%s".formatted(lengthBytes, address, failed(error));
        }
    }

    /** A mapping gets another size or place; the new address is 0 if there was an error. */
    record Moved(
            Moment at,
            @Column(Column.Style.HEX) long oldAddress,
            @Column(Column.Style.BYTES) long oldLengthBytes,
            @Column(Column.Style.HEX) long newAddress,
            @Column(Column.Style.BYTES) long newLengthBytes,
            int error)
            implements MemoryEvent {
        @Override
        public String type() {
            return "mremap";
        }

        @Override
        public String summary() {
            return "%,d bytes at 0x%x -> %,d bytes%s%s"
                    .formatted(oldLengthBytes, oldAddress, newLengthBytes, where(newAddress), failed(error));
        }
    }

    /** A mapping's protection changes. */
    record Protected(
            Moment at,
            @Column(Column.Style.HEX) long address,
            @Column(Column.Style.BYTES) long lengthBytes,
            String protection,
            int error)
            implements MemoryEvent {
        @Override
        public String type() {
            return "mprotect";
        }

        @Override
        public String summary() {
            return "%,d bytes at 0x%x: %s%s".formatted(lengthBytes, address, protection, failed(error));
        }
    }

    /**
     * The kernel finds a page for an address of a process, told when it has. {@code at} is who needed it, as a rule a
     * thread of that process.
     *
     * @param access what was tried: {@code read}, {@code write} or {@code execute}
     */
    record Faulted(
            Moment at,
            Kind kind,
            String access,
            @Column(Column.Style.HEX) long address) implements MemoryEvent {
        /** What it took. */
        public enum Kind {
            /** Everything was in memory. */
            MINOR,
            /** Something had to be read first. */
            MAJOR,
            /** What was written to had been shared: the page was copied. */
            COPY_ON_WRITE,
            /** There is nothing; a signal follows as a rule. */
            FAILED
        }

        @Override
        public String type() {
            return "fault";
        }

        @Override
        public String summary() {
            String how = switch (kind) {
                case MINOR -> "minor";
                case MAJOR -> "major";
                case COPY_ON_WRITE -> "copy on write";
                case FAILED -> "failed";
            };
            return "%s at 0x%x, %s".formatted(access, address, how);
        }
    }

    /** Memory has run out, and the kernel chose a process to kill. */
    record OutOfMemory(Moment at, int victimPid, int victimTid, String victimComm) implements MemoryEvent {
        @Override
        public String type() {
            return "oom_kill";
        }

        @Override
        public String summary() {
            return "out of memory: kills %d %s".formatted(victimPid, victimComm);
        }
    }

    private static String from(String caller) {
        return caller.isEmpty() ? "" : " from " + caller;
    }

    private static String of(String cache) {
        return cache.isEmpty() ? "" : " of " + cache;
    }

    private static String pages(long frame, int order) {
        return order == 0 ? "frame 0x%x".formatted(frame) : "%d frames from 0x%x".formatted(1L << order, frame);
    }

    private static String where(long address) {
        return address == 0 ? "" : " at 0x%x".formatted(address);
    }

    private static String failed(int error) {
        return error == 0 ? "" : ", fails with error " + error;
    }
}

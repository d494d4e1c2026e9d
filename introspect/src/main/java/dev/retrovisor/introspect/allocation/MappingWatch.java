package dev.retrovisor.introspect.allocation;

import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.linux.Paths;
import java.util.List;

/** Mappings of processes: at the functions that all ways to them lead through, and told when these return. */
final class MappingWatch {
    private static final int RETURNED = 10;
    private static final long LARGEST_ERROR = 4095;

    // include/uapi/asm-generic/mman-common.h
    private static final int PROT_READ = 1;
    private static final int PROT_WRITE = 2;
    private static final int PROT_EXEC = 4;
    private static final int MAP_SHARED = 1;

    private final Watch watch;
    private final Paths paths;

    MappingWatch(Watch watch) {
        this.watch = watch;
        paths = new Paths(watch.kernel());
    }

    void begin() {
        Function.find(watch, List.of("do_mmap"), "file", "len", "prot", "flags", "pgoff")
                .ifPresent(function -> {
                    int file = function.argument("file");
                    int length = function.argument("len");
                    int protection = function.argument("prot");
                    int flags = function.argument("flags");
                    int page = function.argument("pgoff");
                    function.onEntry(hart -> mapped(
                            hart,
                            watch.argument(hart, file),
                            watch.argument(hart, length),
                            (int) watch.argument(hart, protection),
                            (int) watch.argument(hart, flags),
                            watch.argument(hart, page)));
                });
        Function.find(watch, List.of("do_vmi_align_munmap"), "start", "end").ifPresent(function -> {
            int start = function.argument("start");
            int end = function.argument("end");
            function.onEntry(hart -> {
                long first = watch.argument(hart, start);
                long length = watch.argument(hart, end) - first;
                watch.onReturn(
                        hart,
                        later -> watch.emit(
                                new MemoryEvent.Unmapped(watch.now(later), first, length, error(returned(later)))));
            });
        });
        onSystemCall("brk", this::breakMoved);
        onSystemCall("mremap", this::moved);
        onSystemCall("mprotect", this::protectionChanged);
        onSystemCall("pkey_mprotect", this::protectionChanged);
    }

    /** Sees a system call's registers as it begins. */
    @FunctionalInterface
    private interface Call {
        void begins(int hart, KernelObject registers);
    }

    private void onSystemCall(String name, Call call) {
        watch.onFunction(
                "__riscv_sys_" + name,
                hart -> call.begins(hart, watch.kernel().object("pt_regs", watch.argument(hart, 0))));
    }

    private void mapped(int hart, long file, long length, int protection, int flags, long page) {
        String path = file == 0
                ? ""
                : watch.kernel()
                        .tolerate(
                                "mapped files",
                                () -> paths.ofFile(watch.kernel().object("file", file))
                                        .text())
                        .orElse("");
        boolean shared = (flags & MAP_SHARED) != 0;
        watch.onReturn(hart, later -> {
            long result = returned(later);
            watch.emit(new MemoryEvent.Mapped(
                    watch.now(later),
                    address(result),
                    length,
                    protection(protection),
                    shared,
                    path,
                    file == 0 ? 0 : page << 12,
                    error(result)));
        });
    }

    private void breakMoved(int hart, KernelObject registers) {
        long requested = registers.get("orig_a0");
        long before = watch.kernel()
                .currentTask(hart)
                .flatMap(task -> task.follow("mm"))
                .map(mm -> mm.get("brk"))
                .orElse(0L);
        watch.onReturn(
                hart,
                later -> watch.emit(new MemoryEvent.BreakMoved(watch.now(later), requested, before, returned(later))));
    }

    private void moved(int hart, KernelObject registers) {
        long oldAddress = registers.get("orig_a0");
        long oldLength = registers.get("a1");
        long newLength = registers.get("a2");
        watch.onReturn(hart, later -> {
            long result = returned(later);
            watch.emit(new MemoryEvent.Moved(
                    watch.now(later), oldAddress, oldLength, address(result), newLength, error(result)));
        });
    }

    private void protectionChanged(int hart, KernelObject registers) {
        long start = registers.get("orig_a0");
        long length = registers.get("a1");
        int protection = (int) registers.get("a2");
        watch.onReturn(
                hart,
                later -> watch.emit(new MemoryEvent.Protected(
                        watch.now(later), start, length, protection(protection), error(returned(later)))));
    }

    private long returned(int hart) {
        return watch.x(hart, RETURNED);
    }

    private static long address(long result) {
        return error(result) == 0 ? result : 0;
    }

    private static int error(long result) {
        return result < 0 && result >= -LARGEST_ERROR ? (int) -result : 0;
    }

    private static String protection(int bits) {
        return ((bits & PROT_READ) != 0 ? "r" : "-")
                + ((bits & PROT_WRITE) != 0 ? "w" : "-")
                + ((bits & PROT_EXEC) != 0 ? "x" : "-");
    }
}

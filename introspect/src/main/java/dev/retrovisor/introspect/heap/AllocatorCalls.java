package dev.retrovisor.introspect.heap;

import dev.retrovisor.introspect.event.Moment;
import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.machine.hart.HartState;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/** Turns calls of allocators and their returns into events; a call inside a call is the allocator's own business. */
final class AllocatorCalls {
    private static final int SP = 2;

    private record Open(long task, long stackPointer) {}

    private static final int TP = 4;

    private final Watch watch;
    private final Map<Long, Deque<Open>> open = new HashMap<>();

    AllocatorCalls(Watch watch) {
        this.watch = watch;
    }

    /** A hart stands at an allocator's first instruction. */
    void enter(int hart, Allocator allocator, HeapProcess process) {
        long task = task(hart);
        long stackPointer = watch.x(hart, SP);
        Deque<Open> calls = open.computeIfAbsent(task, _ -> new ArrayDeque<>());
        // A jump out of an allocator, or the end of a thread whose place another has taken, leaves calls behind.
        while (!calls.isEmpty() && Long.compareUnsigned(calls.peek().stackPointer, stackPointer) < 0) {
            calls.pop();
        }
        if (!calls.isEmpty()) {
            return;
        }
        CallStack stack = process.callers(watch.kernel().machine().hart(hart));
        if (allocator.kind == Allocator.Kind.FREE) {
            long pointer = watch.argument(hart, 0);
            if (pointer != 0) {
                watch.emit(new HeapEvent.Freed(watch.now(hart), allocator.symbol, pointer, stack));
            }
        }
        var call = new Open(task, stackPointer);
        calls.push(call);
        long first = watch.argument(hart, 0);
        long size = size(hart, allocator);
        watch.onReturn(hart, at -> {
            calls.remove(call);
            leave(at, allocator, process, first, size, stack);
        });
    }

    /** Whether the thread that a hart runs is inside an allocator. */
    boolean isOpen(int hart) {
        Deque<Open> calls = open.get(task(hart));
        return calls != null && !calls.isEmpty();
    }

    /** In user mode sscratch has the task, in the kernel tp. */
    private long task(int hart) {
        long kept = watch.machine().hart(hart).get(HartState.SSCRATCH);
        return kept != 0 ? kept : watch.x(hart, TP);
    }

    private long size(int hart, Allocator allocator) {
        return switch (allocator.kind) {
            case ALLOCATE, ALLOCATE_THROUGH_POINTER, RESIZE -> watch.argument(hart, allocator.sizeArgument);
            case ALLOCATE_ARRAY, RESIZE_ARRAY ->
                watch.argument(hart, allocator.sizeArgument) * watch.argument(hart, allocator.sizeArgument + 1);
            case FREE -> 0;
        };
    }

    private void leave(int hart, Allocator allocator, HeapProcess process, long first, long size, CallStack stack) {
        Moment now = watch.now(hart);
        long result = watch.argument(hart, 0);
        switch (allocator.kind) {
            case ALLOCATE, ALLOCATE_ARRAY ->
                watch.emit(new HeapEvent.Allocated(now, allocator.symbol, result, size, stack));
            case ALLOCATE_THROUGH_POINTER -> {
                long pointer = result == 0 ? process.images().space().readLong(first) : 0;
                watch.emit(new HeapEvent.Allocated(now, allocator.symbol, pointer, size, stack));
            }
            case RESIZE, RESIZE_ARRAY ->
                watch.emit(new HeapEvent.Resized(now, allocator.symbol, first, result, size, stack));
            case FREE -> {}
        }
    }
}

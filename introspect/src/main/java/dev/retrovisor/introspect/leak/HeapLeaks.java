package dev.retrovisor.introspect.leak;

import dev.retrovisor.introspect.event.GuestEvent;
import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.heap.CallStack;
import dev.retrovisor.introspect.heap.HeapEvent;
import dev.retrovisor.introspect.heap.HeapWatch;
import dev.retrovisor.introspect.process.ProcessEvent;
import dev.retrovisor.introspect.process.ProcessEvent.Forked;
import dev.retrovisor.introspect.process.ProcessStream;
import dev.retrovisor.machine.probe.MemoryAccess;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The heaps of all processes, as the C library's allocator keeps them. */
public final class HeapLeaks implements Leaks {
    private static final int MOST_MISUSES = 1000;

    private final boolean findUses;
    private final Map<Integer, Heap> heaps = new TreeMap<>();
    private final List<Misuse> misuses = new ArrayList<>();
    private final Set<Seen> seen = new HashSet<>();
    private HeapWatch heapWatch;
    private FreedMemory freedMemory;
    private Watch watch;

    /** One line of code uses one piece many times: told once. */
    private record Seen(Misuse.Kind kind, long pointer, long freedStep, long pc) {}

    /** @param findUses whether to watch memory that was freed, which costs at each access to its pages */
    public HeapLeaks(boolean findUses) {
        this.findUses = findUses;
    }

    @Override
    public String name() {
        return "leaks";
    }

    @Override
    public String summary() {
        return "heaps of processes";
    }

    @Override
    public void watch(Watch newWatch) {
        watch = newWatch;
        heapWatch = new HeapWatch(watch);
        new ProcessStream().watch(watch);
        if (findUses) {
            freedMemory = new FreedMemory(watch, this::used);
            watch.atEnd(freedMemory::close);
        }
    }

    @Override
    public void accept(GuestEvent event) {
        if (event instanceof HeapEvent heapEvent) {
            accept(heapEvent);
        } else if (event instanceof ProcessEvent processEvent) {
            accept(processEvent);
        }
    }

    private void accept(HeapEvent event) {
        Heap heap = heaps.computeIfAbsent(
                event.at().pid(), pid -> new Heap(pid, event.at().comm(), new Ledger()));
        heap.rename(event.at().comm());
        heap.setMemory(heapWatch.memoryOf(event.at().hart()));
        switch (event) {
            case HeapEvent.Allocated allocated -> allocate(heap, allocated, allocated.pointer(), allocated.sizeBytes());
            case HeapEvent.Freed freed -> free(heap, freed.pointer(), freed);
            case HeapEvent.Resized resized -> {
                boolean gone = resized.pointer() != 0 || resized.sizeBytes() == 0;
                if (resized.oldPointer() != 0 && gone) {
                    free(heap, resized.oldPointer(), resized);
                }
                allocate(heap, resized, resized.pointer(), resized.sizeBytes());
            }
        }
    }

    private void allocate(Heap heap, HeapEvent event, long pointer, long sizeBytes) {
        if (pointer != 0) {
            heap.ledger()
                    .allocate(new Allocation(event.at(), event.function(), pointer, sizeBytes, event.stack()))
                    .forEach(this::forget);
        }
    }

    private void forget(Ledger.Freed piece) {
        if (freedMemory != null) {
            freedMemory.forget(piece);
        }
    }

    private void free(Heap heap, long pointer, HeapEvent event) {
        switch (heap.ledger().free(pointer, event.at(), event.stack())) {
            case Ledger.Return.Good(Ledger.Freed piece) -> {
                if (freedMemory != null) {
                    freedMemory.watch(piece, heapWatch.space(event.at().hart()));
                }
            }
            case Ledger.Return.Again(Ledger.Freed before) ->
                misused(new Misuse(
                        Misuse.Kind.DOUBLE_FREE,
                        before.allocation(),
                        before.at(),
                        before.by(),
                        event.at(),
                        pointer,
                        0,
                        event.stack()));
            case Ledger.Return.Unknown() -> {}
        }
    }

    private void used(Ledger.Freed piece, MemoryAccess access) {
        int hart = access.hart();
        Heap heap = heaps.get(piece.at().pid());
        if (heap == null || heap.memory() != heapWatch.memoryOf(hart) || heapWatch.isInAllocator(hart)) {
            return;
        }
        CallStack stack = heapWatch.stack(hart);
        var kind = access.kind() == MemoryAccess.Kind.READ ? Misuse.Kind.READ_AFTER_FREE : Misuse.Kind.WRITE_AFTER_FREE;
        if (seen.add(new Seen(kind, piece.allocation().pointer(), piece.at().step(), access.pc()))) {
            misused(new Misuse(
                    kind,
                    piece.allocation(),
                    piece.at(),
                    piece.by(),
                    watch.now(hart),
                    access.virtualAddress(),
                    access.sizeBytes(),
                    stack));
        }
    }

    private void misused(Misuse misuse) {
        if (misuses.size() < MOST_MISUSES) {
            misuses.add(misuse);
        }
    }

    private void accept(ProcessEvent event) {
        Heap heap = heaps.get(event.at().pid());
        if (heap == null) {
            return;
        }
        switch (event) {
            case Forked forked
            when forked.kind() == Forked.Kind.PROCESS ->
                heaps.put(
                        forked.childPid(),
                        new Heap(forked.childPid(), heap.comm(), heap.ledger().copy()));
            case ProcessEvent.Executed executed -> {
                heap.begin();
                heap.rename(executed.at().comm());
            }
            case ProcessEvent.Exited exited -> heap.end(exited.isLast());
            case Forked _, ProcessEvent.Renamed _, ProcessEvent.Reaped _ -> {}
        }
    }

    @Override
    public List<Heap> heaps() {
        return List.copyOf(heaps.values());
    }

    @Override
    public List<Misuse> misuses() {
        return List.copyOf(misuses);
    }
}

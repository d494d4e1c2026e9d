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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The heaps of all processes, as the C library's allocator keeps them. */
public final class HeapLeaks implements Leaks {
    private final boolean findUses;
    private final Map<Integer, Heap> heaps = new TreeMap<>();
    private final Misuses misuses = new Misuses();
    private HeapWatch heapWatch;
    private FreedMemory freedMemory;
    private Watch watch;

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
            case Ledger.Return.Again(Ledger.Freed before) -> misuses.freedAgain(before, event.at(), event.stack());
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
        misuses.used(piece, access, watch.now(hart), stack);
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
        return misuses.all();
    }
}

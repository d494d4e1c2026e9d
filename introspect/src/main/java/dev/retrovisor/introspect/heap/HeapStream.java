package dev.retrovisor.introspect.heap;

import dev.retrovisor.introspect.event.EventStream;
import dev.retrovisor.introspect.event.GuestEvent;
import dev.retrovisor.introspect.event.Watch;
import java.util.List;

/**
 * The {@code heap} stream: malloc and its kin in every process that has them under their names, in the C library or in a
 * static program that is not stripped, from its first call or from when the watch begins.
 */
public final class HeapStream implements EventStream {
    @Override
    public String name() {
        return "heap";
    }

    @Override
    public String summary() {
        return "malloc, realloc and free of user programs, with their call stacks";
    }

    @Override
    public List<Class<? extends GuestEvent>> eventTypes() {
        return List.of(HeapEvent.Allocated.class, HeapEvent.Resized.class, HeapEvent.Freed.class);
    }

    @Override
    public List<String> eventWords() {
        return List.of("malloc", "realloc", "free");
    }

    @Override
    public void watch(Watch watch) {
        new HeapWatch(watch);
    }
}

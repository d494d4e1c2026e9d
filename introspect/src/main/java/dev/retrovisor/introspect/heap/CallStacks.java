package dev.retrovisor.introspect.heap;

import dev.retrovisor.introspect.elf.CodeAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongFunction;

/** Each call stack once, found by its addresses without looking up what lies there. */
public final class CallStacks {
    private static final int MOST = 200_000;

    private record Addresses(long[] frames) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Addresses(long[] others) && Arrays.equals(frames, others);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(frames);
        }
    }

    private final Map<CallStack, CallStack> interned;
    private final LongFunction<CodeAddress> describe;
    private final Map<Addresses, CallStack> byAddresses = new HashMap<>();

    /** Stacks of code that nothing else has. */
    public CallStacks(LongFunction<CodeAddress> describe) {
        this(describe, new HashMap<>());
    }

    /** @param interned what is shared with others, whose addresses may mean other code */
    CallStacks(LongFunction<CodeAddress> describe, Map<CallStack, CallStack> interned) {
        this.describe = describe;
        this.interned = interned;
    }

    /** Other code lies at addresses that were seen. */
    void forgetAddresses() {
        byAddresses.clear();
    }

    /** The stack of some addresses, innermost first; equal stacks are the same object. */
    public CallStack of(long[] frames) {
        var key = new Addresses(frames);
        CallStack known = byAddresses.get(key);
        if (known == null) {
            var fresh = new CallStack(Arrays.stream(frames).mapToObj(describe).toList());
            CallStack other = interned.putIfAbsent(fresh, fresh);
            known = other == null ? fresh : other;
            if (byAddresses.size() < MOST) {
                byAddresses.put(key, known);
            }
        }
        return known;
    }
}

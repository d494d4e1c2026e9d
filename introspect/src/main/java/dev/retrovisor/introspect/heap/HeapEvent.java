package dev.retrovisor.introspect.heap;

import dev.retrovisor.introspect.event.GuestEvent;
import dev.retrovisor.introspect.event.Moment;
import dev.retrovisor.introspect.inspect.Column;

/** A call of the C library's allocator, told when it returns; what it calls itself is not told again. */
public sealed interface HeapEvent extends GuestEvent {
    /** The function that was called. */
    String function();

    CallStack stack();

    @Override
    default String stream() {
        return "heap";
    }

    /** Memory was given, or not: the pointer is 0 then. */
    record Allocated(
            Moment at,
            String function,
            @Column(Column.Style.HEX) long pointer,
            @Column(Column.Style.BYTES) long sizeBytes,
            CallStack stack)
            implements HeapEvent {
        @Override
        public String type() {
            return "malloc";
        }

        @Override
        public String summary() {
            return "%s(%,d) = 0x%x%s".formatted(function, sizeBytes, pointer, caller(stack));
        }
    }

    /** Memory was given back, told as the call begins; never of a null pointer. */
    record Freed(
            Moment at,
            String function,
            @Column(Column.Style.HEX) long pointer,
            CallStack stack) implements HeapEvent {
        @Override
        public String type() {
            return "free";
        }

        @Override
        public String summary() {
            return "%s(0x%x)%s".formatted(function, pointer, caller(stack));
        }
    }

    /** Memory got another size, and perhaps another place; a pointer of 0 says that it did not. */
    record Resized(
            Moment at,
            String function,
            @Column(Column.Style.HEX) long oldPointer,
            @Column(Column.Style.HEX) long pointer,
            @Column(Column.Style.BYTES) long sizeBytes,
            CallStack stack)
            implements HeapEvent {
        @Override
        public String type() {
            return "realloc";
        }

        @Override
        public String summary() {
            return "%s(0x%x, %,d) = 0x%x%s".formatted(function, oldPointer, sizeBytes, pointer, caller(stack));
        }
    }

    private static String caller(CallStack stack) {
        return stack.frames().isEmpty() ? "" : " from " + stack.frames().getFirst();
    }
}

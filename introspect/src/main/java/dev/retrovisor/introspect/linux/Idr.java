package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** The kernel's map from small numbers to pointers: an XArray with a base. */
public final class Idr {
    private Idr() {}

    /** A number and what it stands for. */
    public record Entry(long id, long pointer) {}

    /** All entries by ascending number. @param most entries at most */
    public static Stream<Entry> entries(KernelView kernel, KernelObject idr, int most) {
        return kernel.tolerate("idr at 0x%x".formatted(idr.address()), () -> idr.get("idr_base")).stream()
                .flatMap(base -> XArrays.entries(kernel, idr.in("idr_rt"), most)
                        .filter(entry -> !entry.isValue())
                        .map(entry -> new Entry(entry.index() + base, entry.value())));
    }

    /** The structures that are not null, by ascending number. */
    public static Stream<KernelObject> objects(KernelView kernel, KernelObject idr, String struct, int most) {
        return entries(kernel, idr, most).map(entry -> kernel.object(struct, entry.pointer()));
    }

    /** What a number stands for; empty for nothing. */
    public static OptionalLong find(KernelView kernel, KernelObject idr, long id) {
        return XArrays.load(kernel, idr.in("idr_rt"), id - idr.get("idr_base"));
    }
}

package dev.retrovisor.introspect.leak;

import dev.retrovisor.introspect.event.Moment;
import dev.retrovisor.introspect.heap.CallStack;
import java.util.List;

/**
 * What one call stack has allocated and not given back.
 *
 * @param live allocations that are held
 * @param liveBytes what they sum up to
 * @param total allocations that it ever made
 * @param first the oldest that is held
 * @param last the youngest that is held
 * @param growth bytes that it held over time
 */
public record Holder(
        String function,
        CallStack stack,
        long live,
        long liveBytes,
        long total,
        Moment first,
        Moment last,
        List<Growth.Sample> growth) {}

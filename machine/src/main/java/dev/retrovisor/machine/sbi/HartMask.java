package dev.retrovisor.machine.sbi;

import dev.retrovisor.machine.hart.Hart;
import java.util.List;
import java.util.function.Consumer;

/** The harts that a call names by a mask and the number of the mask's first hart. */
final class HartMask {
    private static final long ALL = -1;

    private HartMask() {}

    /** Visits the named harts in order; false, visiting none, if the mask names one that is not there. */
    static boolean forEach(List<Hart> harts, long mask, long base, Consumer<Hart> visitor) {
        if (base == ALL) {
            harts.forEach(visitor);
            return true;
        }
        if (base < 0 || base >= harts.size() || base + 64 - Long.numberOfLeadingZeros(mask) > harts.size()) {
            return mask == 0 && base >= 0 && base < harts.size();
        }
        for (long bits = mask; bits != 0; bits &= bits - 1) {
            visitor.accept(harts.get((int) base + Long.numberOfTrailingZeros(bits)));
        }
        return true;
    }
}

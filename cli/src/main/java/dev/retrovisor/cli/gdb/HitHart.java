package dev.retrovisor.cli.gdb;

import dev.retrovisor.machine.probe.MemoryAccess;
import dev.retrovisor.replayer.timeline.Hit;
import dev.retrovisor.replayer.timeline.Triggers.PcHit;

/** Which hart a hit is of. */
final class HitHart {
    private HitHart() {}

    /** {@link MemoryAccess#NONE} for a device. */
    static int of(Hit hit) {
        return switch (hit.what()) {
            case PcHit reached -> reached.hart();
            case MemoryAccess access -> access.hart();
            case Integer hart -> hart;
            default -> MemoryAccess.NONE;
        };
    }
}

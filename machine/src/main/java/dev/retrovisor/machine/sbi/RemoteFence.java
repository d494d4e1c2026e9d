package dev.retrovisor.machine.sbi;

import dev.retrovisor.machine.hart.Hart;
import java.util.List;

/** RFENCE: fences on other harts. Translations and code are always true to memory here, so only the mask is checked. */
final class RemoteFence implements SbiExtension {
    private static final int LAST_WITHOUT_HYPERVISOR = 2;

    private final List<Hart> harts;

    RemoteFence(List<Hart> harts) {
        this.harts = harts;
    }

    @Override
    public int id() {
        return 0x52464E43;
    }

    @Override
    public long call(SbiCall call) {
        if (call.function() < 0 || call.function() > LAST_WITHOUT_HYPERVISOR) {
            return NOT_SUPPORTED;
        }
        return HartMask.forEach(harts, call.argument(0), call.argument(1), _ -> {}) ? SUCCESS : INVALID_PARAMETER;
    }
}

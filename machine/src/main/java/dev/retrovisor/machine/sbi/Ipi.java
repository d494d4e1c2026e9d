package dev.retrovisor.machine.sbi;

import dev.retrovisor.machine.device.HartPins;
import dev.retrovisor.machine.hart.Hart;
import dev.retrovisor.machine.hart.HartState;
import java.util.List;

/** sPI: software interrupts to other harts. */
final class Ipi implements SbiExtension {
    private final List<Hart> harts;

    Ipi(List<Hart> harts) {
        this.harts = harts;
    }

    @Override
    public int id() {
        return 0x735049;
    }

    @Override
    public long call(SbiCall call) {
        if (call.function() != 0) {
            return NOT_SUPPORTED;
        }
        boolean valid = HartMask.forEach(harts, call.argument(0), call.argument(1), hart -> {
            long pending = hart.state().get(HartState.MIP);
            hart.state().set(HartState.MIP, pending | 1L << HartPins.SSIP);
        });
        return valid ? SUCCESS : INVALID_PARAMETER;
    }
}

package dev.retrovisor.machine.sbi;

import dev.retrovisor.machine.hart.HartState;

/** TIME: the timer of the calling hart, kept in its stimecmp. */
final class Time implements SbiExtension {
    @Override
    public int id() {
        return 0x54494D45;
    }

    @Override
    public long call(SbiCall call) {
        if (call.function() != 0) {
            return NOT_SUPPORTED;
        }
        call.hart().state().set(HartState.STIMECMP, call.argument(0));
        call.hart().updateTimer();
        return SUCCESS;
    }
}

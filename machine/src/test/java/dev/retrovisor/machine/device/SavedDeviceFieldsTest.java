package dev.retrovisor.machine.device;

import dev.retrovisor.machine.state.SavedFields;
import org.junit.jupiter.api.Test;

final class SavedDeviceFieldsTest {
    private final Bench bench = new Bench();

    @Test
    void everyFieldOfEveryDeviceIsSavedOrDerived() throws IllegalAccessException {
        var uart = new Uart16550(bench.clock, bench::setIrq, bench.events::add);
        uart.write(2, 1, 1);
        uart.write(1, 1, 1);
        uart.receive(new byte[Uart16550.LINE_BYTES]);
        uart.receive(new byte[Uart16550.FIFO_BYTES]);
        SavedFields.requireAll(uart);
        SavedFields.requireAll(new Plic(Bench.HARTS, bench));
        SavedFields.requireAll(new Aclint(Bench.HARTS, bench.clock, bench.alarms, bench, () -> {}));
        SavedFields.requireAll(new GoldfishRtc(bench.clock, bench.alarms, bench::setIrq));
        SavedFields.requireAll(new Syscon(bench.clock, bench.events::add, change -> {}));
    }
}

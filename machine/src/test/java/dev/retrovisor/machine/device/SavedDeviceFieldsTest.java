package dev.retrovisor.machine.device;

import dev.retrovisor.machine.state.StateCoverage;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

final class SavedDeviceFieldsTest {
    @Test
    void everyFieldOfEveryDeviceIsSavedOrDerived() {
        check(bench -> {
            var uart = new Uart16550(bench.clock, bench::setIrq, bench.events::add);
            uart.write(2, 1, 1);
            uart.write(1, 1, 1);
            uart.receive(new byte[Uart16550.LINE_BYTES]);
            uart.receive(new byte[Uart16550.FIFO_BYTES]);
            return uart;
        });
        check(bench -> new Plic(Bench.HARTS, bench));
        check(bench -> new Aclint(Bench.HARTS, bench.clock, bench.alarms, bench, () -> {}));
        check(bench -> new GoldfishRtc(bench.clock, bench.alarms, bench::setIrq));
        check(bench -> new Syscon(bench.clock, bench.events::add, change -> {}));
    }

    private static void check(Function<Bench, MmioDevice> maker) {
        StateCoverage.check(maker.apply(new Bench()), () -> maker.apply(new Bench()));
    }
}

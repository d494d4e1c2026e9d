package dev.retrovisor.machine.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.retrovisor.machine.event.DeviceEvent.Power;
import dev.retrovisor.machine.event.DeviceEvent.Power.Change;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SysconTest {
    private final Bench bench = new Bench();
    private final List<Change> requests = new ArrayList<>();
    private final Syscon syscon = new Syscon(bench.clock, bench.events::add, requests::add);

    @Test
    void eachMagicValueAsksForItsChangeOfPower() {
        bench.clock.setSteps(7);
        syscon.write(0, 4, 0x5555);
        syscon.write(0, 4, 0x7777);
        syscon.write(0, 4, 0x0017_3333);
        syscon.write(0, 2, 0x5555);
        assertEquals(List.of(Change.OFF, Change.RESET, Change.FAILED, Change.OFF), requests, "in order");
        assertEquals(new Power(7, Change.OFF), bench.events.getFirst(), "each is an event with its step");
        assertEquals(4, bench.events.size(), "one each");
    }

    @Test
    void anythingElseMeansNothing() {
        syscon.write(0, 4, 0x1234);
        syscon.write(4, 4, 0x5555);
        syscon.write(0, 1, 0x55);
        syscon.write(0, 8, 0x5555);
        assertTrue(requests.isEmpty(), "no request");
        assertEquals(0, syscon.read(0, 4), "reads as 0");
        Bench.hammer(syscon, Syscon.WINDOW_BYTES, 5);
        Bench.copy(syscon, new Syscon(bench.clock, bench.events::add, requests::add));
    }
}

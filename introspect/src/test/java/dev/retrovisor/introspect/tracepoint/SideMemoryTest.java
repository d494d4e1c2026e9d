package dev.retrovisor.introspect.tracepoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class SideMemoryTest {
    private static final long START = TestMemory.VIRTUAL;

    private final TestMemory guest = new TestMemory();
    private final SideMemory memory = new SideMemory();

    private SideMemory begun() {
        memory.begin(guest.space());
        return memory;
    }

    @Test
    void whatIsWrittenIsReadAgainAndTheGuestKeepsItsOwn() {
        guest.bytes.putLong(64, 0x1122_3344_5566_7788L);
        begun().store(START + 66, 2, 0xabcd);
        assertThat(memory.load(START + 64, 8)).isEqualTo(0x1122_3344_abcd_7788L);
        assertThat(guest.bytes.getLong(64)).isEqualTo(0x1122_3344_5566_7788L);
    }

    @Test
    void aNewRunForgetsWhatWasWritten() {
        begun().store(START, 8, -1);
        assertThat(begun().load(START, 8)).isZero();
    }

    @Test
    void anyMixOfSizesAndPlacesReadsAsItWasWritten() {
        var random = new SplittableRandom(3);
        byte[] model = new byte[256];
        for (int i = 0; i < model.length; i++) {
            model[i] = (byte) random.nextInt();
            guest.bytes.put(AddressSpace.PAGE_BYTES - 128 + i, model[i]);
        }
        begun();
        long first = START + AddressSpace.PAGE_BYTES - 128;
        for (int i = 0; i < 2000; i++) {
            int size = 1 << random.nextInt(4);
            int at = random.nextInt(model.length - size);
            if (random.nextBoolean()) {
                long value = random.nextLong();
                memory.store(first + at, size, value);
                for (int k = 0; k < size; k++) {
                    model[at + k] = (byte) (value >>> 8 * k);
                }
            }
            long expected = 0;
            for (int k = size - 1; k >= 0; k--) {
                expected = expected << 8 | model[at + k] & 0xff;
            }
            long mask = -1L >>> 64 - 8 * size;
            assertThat(memory.load(first + at, size) & mask).isEqualTo(expected);
        }
    }

    @Test
    void thePageOfItsOwnIsEmptyAtFirst() {
        assertThat(begun().load(SideMemory.OWN_PAGE + 16, 8)).isZero();
        memory.store(SideMemory.OWN_PAGE, 8, 5);
        assertThat(memory.load(SideMemory.OWN_PAGE, 8)).isEqualTo(5);
    }

    @Test
    void wildPointersAndEndlessWritingAreFaults() {
        begun();
        assertThatThrownBy(() -> memory.load(8, 8)).isInstanceOf(MemoryFault.class);
        assertThatThrownBy(() -> memory.fetch(8)).isInstanceOf(MemoryFault.class);
        assertThatThrownBy(() -> {
                    for (long at = START; ; at += 8) {
                        memory.store(at, 8, 1);
                    }
                })
                .isInstanceOf(MemoryFault.class);
    }

    @Test
    void anInstructionMayLieInTwoPages() {
        guest.bytes.putInt(AddressSpace.PAGE_BYTES - 2, 0x12345673);
        assertThat(begun().fetch(START + AddressSpace.PAGE_BYTES - 2)).isEqualTo(0x12345673);
    }
}

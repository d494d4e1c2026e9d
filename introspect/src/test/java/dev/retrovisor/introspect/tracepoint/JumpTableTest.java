package dev.retrovisor.introspect.tracepoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retrovisor.introspect.memory.MemoryFault;
import org.junit.jupiter.api.Test;

final class JumpTableTest {
    private static final long START = TestMemory.VIRTUAL;

    private final TestMemory guest = new TestMemory();

    private void entry(int at, int codeDistance, int targetDistance, long keyDistance) {
        guest.bytes.putInt(at, codeDistance).putInt(at + 4, targetDistance).putLong(at + 8, keyDistance);
    }

    @Test
    void distancesCountFromTheirOwnFields() {
        entry(0, 0x100, 0x200, -0x300);
        assertThat(JumpTable.between(guest.space(), START, START + 16))
                .containsExactly(new JumpTable.Entry(START + 0x100, START + 0x204, START + 8 - 0x300));
    }

    @Test
    void whatTheSwitchIsAtFirstIsNoPartOfTheDistance() {
        entry(0, 4, 8, 0x101);
        assertThat(JumpTable.between(guest.space(), START, START + 16)
                        .getFirst()
                        .key())
                .isEqualTo(START + 8 + 0x100);
    }

    @Test
    void codeThatIsThrownAwayIsLeftOut() {
        entry(0, 4, 8, 0x102);
        entry(16, 4, 8, 0x100);
        assertThat(JumpTable.between(guest.space(), START, START + 32)).hasSize(1);
    }

    @Test
    void aCountBelowZeroIsNoEntryAndAWildOneAFault() {
        assertThat(JumpTable.read(guest.space(), START, -5)).isEmpty();
        assertThatThrownBy(() -> JumpTable.read(guest.space(), START, Long.MAX_VALUE))
                .isInstanceOf(MemoryFault.class);
    }
}

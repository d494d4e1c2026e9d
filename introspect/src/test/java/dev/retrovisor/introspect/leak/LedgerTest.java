package dev.retrovisor.introspect.leak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retrovisor.introspect.elf.CodeAddress;
import dev.retrovisor.introspect.event.Moment;
import dev.retrovisor.introspect.heap.CallStack;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LedgerTest {
    private static final CallStack ONE = stack("one");
    private static final CallStack TWO = stack("two");

    private final Ledger ledger = new Ledger();

    private static CallStack stack(String symbol) {
        return new CallStack(List.of(new CodeAddress(0x1000, "/program", symbol, 4)));
    }

    private static Moment at(long nanos) {
        return new Moment(nanos, nanos, 0, 7, 7, "program");
    }

    private List<Ledger.Freed> allocate(long pointer, long bytes, long nanos, CallStack stack) {
        return ledger.allocate(new Allocation(at(nanos), "malloc", pointer, bytes, stack));
    }

    @Test
    void whatIsNotGivenBackIsHeldByWhoAllocatedIt() {
        allocate(0x100, 16, 1, ONE);
        allocate(0x200, 32, 2, ONE);
        allocate(0x300, 8, 3, TWO);
        ledger.free(0x100, at(4), TWO);

        assertThat(ledger.holders()).extracting(Holder::stack).containsExactly(ONE, TWO);
        assertThat(ledger.holders()).extracting(Holder::live).containsExactly(1L, 1L);
        assertThat(ledger.holders()).extracting(Holder::liveBytes).containsExactly(32L, 8L);
        assertThat(ledger.holders()).extracting(Holder::total).containsExactly(2L, 1L);
    }

    @Test
    void aSecondReturnIsToldWithTheFirst() {
        allocate(0x100, 16, 1, ONE);
        assertThat(ledger.free(0x100, at(2), TWO)).isInstanceOf(Ledger.Return.Good.class);

        assertThat(ledger.free(0x100, at(3), ONE)).isInstanceOfSatisfying(Ledger.Return.Again.class, again -> {
            assertThat(again.freed().allocation().stack()).isSameAs(ONE);
            assertThat(again.freed().by()).isSameAs(TWO);
        });
    }

    @Test
    void aPlaceThatIsGivenOutAgainMayBeGivenBackAgain() {
        allocate(0x100, 16, 1, ONE);
        ledger.free(0x100, at(2), ONE);

        assertThat(allocate(0x108, 64, 3, TWO))
                .as("the freed piece that the new one covers")
                .singleElement()
                .satisfies(freed -> assertThat(freed.allocation().pointer()).isEqualTo(0x100));
        allocate(0x100, 8, 4, ONE);
        assertThat(ledger.free(0x100, at(5), ONE)).isInstanceOf(Ledger.Return.Good.class);
    }

    @Test
    void whatWasAllocatedBeforeAnyoneWatchedIsNoMisuse() {
        assertThat(ledger.free(0x900, at(1), ONE)).isInstanceOf(Ledger.Return.Unknown.class);
        assertThat(ledger.unknownFrees()).isEqualTo(1);
    }

    @Test
    void aChildOfForkHoldsWhatItsParentHeldAndNeitherSeesTheOther() {
        allocate(0x100, 16, 1, ONE);
        Ledger child = ledger.copy();
        ledger.free(0x100, at(2), ONE);

        assertThat(child.live()).hasSize(1);
        assertThat(ledger.live()).isEmpty();
    }

    @Test
    void growthKeepsItsEndAndFewSamplesHoweverLongItIsWatched() {
        var growth = new Growth();
        for (long i = 0; i <= 100_000; i++) {
            growth.add(i * 1_000_000, i);
        }

        assertThat(growth.samples()).hasSizeBetween(Growth.MOST / 2, Growth.MOST);
        assertThat(growth.samples().getLast()).isEqualTo(new Growth.Sample(100_000_000_000L, 100_000));
        assertThat(growth.samples()).isSortedAccordingTo((a, b) -> Long.compare(a.bytes(), b.bytes()));
    }
}

package dev.retrovisor.introspect.syscall;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class SyscallTableTest {
    private final Uapi uapi = Uapi.load();
    private final SyscallTable table = new SyscallTable(uapi);

    @Test
    void everyCallOfTheHeadersIsKnown() {
        List<String> calls = Uapi.lines("uapi.txt").stream()
                .skip(1)
                .takeWhile(line -> !line.startsWith("["))
                .map(line -> line.substring(line.indexOf(' ') + 1))
                .toList();

        assertThat(calls)
                .hasSizeGreaterThan(300)
                .allSatisfy(call -> assertThat(table.named(call)).as(call).isNotEmpty());
    }

    @Test
    void aNameIsEitherAKindOrASetOfNames() {
        assertThat(table.kinds().names().filter(name -> uapi.find(name).isPresent()))
                .containsExactly("signals");
    }

    @Test
    void theLastLineOfACallFitsWhateverItIsGiven() {
        for (String name : table.names()) {
            assertThat(table.named(name).getLast().isConditional()).as(name).isFalse();
        }
    }

    @Test
    void theModeOfAFileIsWrittenOnlyWhereOneIsMade() {
        long creating = 0x41; // O_WRONLY|O_CREAT
        assertThat(fitting("openat", 0, 0, creating).parameters()).hasSize(4);
        assertThat(fitting("openat", 0, 0, 0).parameters()).hasSize(3);
    }

    private Signature fitting(String name, long... some) {
        long[] arguments = java.util.Arrays.copyOf(some, SyscallTable.REGISTERS);
        return table.named(name).stream()
                .filter(each -> each.fits(arguments))
                .findFirst()
                .orElseThrow();
    }
}

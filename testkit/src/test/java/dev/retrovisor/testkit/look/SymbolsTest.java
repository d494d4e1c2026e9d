package dev.retrovisor.testkit.look;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retrovisor.introspect.kernel.KernelFacts;
import dev.retrovisor.introspect.kernel.KernelFinder;
import dev.retrovisor.introspect.kernel.MachineView;
import dev.retrovisor.introspect.symbols.Symbol;
import dev.retrovisor.machine.board.PagingMode;
import dev.retrovisor.replayer.Replay;
import dev.retrovisor.replayer.ReplayOptions;
import dev.retrovisor.testkit.debian.LookGuest;
import dev.retrovisor.testkit.debian.Truth;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The kernel's symbols and types. */
final class SymbolsTest {
    private static final int SYMBOLS_A_BLOCK = 1024;
    private static final long FNV_START = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    @LookTest
    void symbolsAreThoseOfProcKallsymsInOrderAddressAndType(Look look) {
        List<Symbol> symbols = look.kernel().symbols().all().toList();

        List<String> blocks = blocks(symbols);

        assertThat(symbols).hasSizeGreaterThan(50_000);
        assertThat(blocks)
                .as("count and hash of each block of %d lines", SYMBOLS_A_BLOCK)
                .isEqualTo(look.truth().lines("kallsyms of the kernel"));
    }

    @LookTest
    void theBannerIsThatOfProcVersion(Look look) {
        assertThat(look.kernel().facts().banner())
                .isEqualTo(look.truth().file("/proc/version").strip());
    }

    @Test
    void symbolsAndTypesAreTheSameBeforeTheFirstStep() {
        var recording = LookGuest.recorded(1, PagingMode.SV48);
        try (Replay replay = Replay.open(recording.trace(), ReplayOptions.standard())) {
            KernelFacts facts = KernelFinder.find(MachineView.of(replay.machine()));

            assertThat(replay.machine().steps()).isZero();
            assertThat(blocks(facts.symbols().all().toList()))
                    .isEqualTo(Truth.of(recording).lines("kallsyms of the kernel"));
            assertThat(facts.types().struct("task_struct").field("mm").type().sizeBytes())
                    .isEqualTo(8);
        }
    }

    private static List<String> blocks(List<Symbol> symbols) {
        List<String> blocks = new ArrayList<>();
        long hash = FNV_START;
        int lines = 0;
        for (Symbol symbol : symbols) {
            String line = "%016x %c %s%n".formatted(symbol.address(), symbol.type(), symbol.name());
            for (byte each : line.getBytes(StandardCharsets.UTF_8)) {
                hash = (hash ^ (each & 0xff)) * FNV_PRIME;
            }
            if (++lines % SYMBOLS_A_BLOCK == 0) {
                blocks.add("%d %016x".formatted(lines, hash));
                hash = FNV_START;
            }
        }
        blocks.add("%d %016x".formatted(lines, hash));
        return blocks;
    }
}

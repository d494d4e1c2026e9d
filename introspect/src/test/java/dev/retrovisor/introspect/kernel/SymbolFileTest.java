package dev.retrovisor.introspect.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retrovisor.introspect.symbols.Kallsyms;
import dev.retrovisor.introspect.symbols.Symbol;
import dev.retrovisor.introspect.symbols.Symbols;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A kept symbol table comes back as it was, or not at all. */
class SymbolFileTest {
    private static final SymbolFile.Content CONTENT = new SymbolFile.Content(
            0x8120_0000L,
            4096,
            42,
            new Kallsyms.Found(
                    Symbols.of(List.of(
                            new Symbol("_start", -1L << 31, 'T'),
                            new Symbol("caf\u00e9\u001b", -1, 'd'),
                            new Symbol("", 0, 'A'))),
                    -123));

    @TempDir
    private Path folder;

    private SymbolFile.Content read(byte[] bytes) throws IOException {
        return SymbolFile.read(Files.write(folder.resolve("a.symbols"), bytes));
    }

    @Test
    void aTableComesBackAsItWas() throws IOException {
        assertThat(read(SymbolFile.encode(CONTENT))).isEqualTo(CONTENT);
    }

    @Test
    void aTableThatIsCutOffIsRefused() {
        byte[] bytes = SymbolFile.encode(CONTENT);
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> read(cut)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aTableWithAChangedBitIsRefused() {
        var random = new Random(1);
        for (int i = 0; i < 500; i++) {
            byte[] bytes = SymbolFile.encode(CONTENT);
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            assertThatThrownBy(() -> read(bytes)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}

package dev.retrovisor.introspect.symbols;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retrovisor.introspect.memory.PhysicalMemory;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tables written in each layout, whole and damaged. */
final class KallsymsTest {
    private static final long RAM = 0x8000_0000L;

    /** Where the image lies; the link puts it at its first symbol. */
    private static final long IMAGE = RAM + 0x20_0000;

    private static final int MEMORY_BYTES = 4 << 20;
    private static final int SYMBOLS = 700;
    private static final int TABLE_OFFSET = 0x1_0123;

    private enum Layout {
        /** Offsets and their base stand before the names. */
        LINUX_5(8),
        /** They stand behind the tokens. */
        LINUX_6(8),
        /** Each offset is relative to itself. */
        LINUX_7(4);

        private final int alignment;

        Layout(int alignment) {
            this.alignment = alignment;
        }
    }

    /** An image as the kernel's build would link it. */
    private static final class Table {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final Layout layout;
        private final List<Symbol> symbols = new ArrayList<>();
        private int namesAt;
        private int tokensAt;

        Table(Layout layout, int odd) {
            this.layout = layout;
            // Addresses depend on where the parts lie, which depends on names alone: the second time they are right.
            for (int i = 0; i < 2; i++) {
                declare();
                bytes.reset();
                bytes.writeBytes(new byte[TABLE_OFFSET + odd]);
                write();
            }
        }

        private void declare() {
            symbols.clear();
            symbols.add(new Symbol("_start", Kallsyms.LINK_ADDRESS, 'T'));
            for (int i = 1; i < SYMBOLS - 3; i++) {
                String name = i == 300 ? "long_".repeat(40) : "function_" + i;
                symbols.add(new Symbol(name, Kallsyms.LINK_ADDRESS + 16L * i, i % 3 == 0 ? 't' : 'T'));
            }
            symbols.add(new Symbol("kallsyms_names", Kallsyms.LINK_ADDRESS + namesAt, 'd'));
            symbols.add(new Symbol("kallsyms_token_table", Kallsyms.LINK_ADDRESS + tokensAt, 'd'));
            symbols.add(new Symbol("_end", Kallsyms.LINK_ADDRESS + MEMORY_BYTES / 2, 'B'));
        }

        private void write() {
            if (layout == Layout.LINUX_5) {
                align();
                offsets();
                align();
                number(Kallsyms.LINK_ADDRESS, Long.BYTES);
            }
            align();
            number(symbols.size(), Integer.BYTES);
            align();
            namesAt = bytes.size();
            var markers = new ArrayList<Integer>();
            for (int i = 0; i < symbols.size(); i++) {
                if (i % 256 == 0) {
                    markers.add(bytes.size() - namesAt);
                }
                name(symbols.get(i));
            }
            align();
            markers.forEach(marker -> number(marker, Integer.BYTES));
            align();
            tokens();
            if (layout != Layout.LINUX_5) {
                align();
                offsets();
            }
            if (layout == Layout.LINUX_6) {
                align();
                number(Kallsyms.LINK_ADDRESS, Long.BYTES);
            }
            bytes.writeBytes(new byte[64]);
        }

        private void name(Symbol symbol) {
            byte[] coded =
                    (symbol.type() + symbol.name().replace("function_", "\1")).getBytes(StandardCharsets.ISO_8859_1);
            if (coded.length < 0x80) {
                bytes.write(coded.length);
            } else {
                bytes.write(coded.length & 0x7f | 0x80);
                bytes.write(coded.length >> 7);
            }
            bytes.writeBytes(coded);
        }

        private void tokens() {
            tokensAt = bytes.size();
            var index = new ArrayList<Integer>();
            for (int token = 0; token < 256; token++) {
                index.add(bytes.size() - tokensAt);
                boolean isPlain = token > ' ' && token < 0x7f;
                String text = token == 1 ? "function_" : isPlain ? Character.toString(token) : "";
                bytes.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
                bytes.write(0);
            }
            align();
            index.forEach(start -> number(start, Short.BYTES));
        }

        private void offsets() {
            for (Symbol symbol : symbols) {
                long base = Kallsyms.LINK_ADDRESS + (layout == Layout.LINUX_7 ? bytes.size() : 0);
                number(symbol.address() - base, Integer.BYTES);
            }
        }

        private void align() {
            while (bytes.size() % layout.alignment != 0) {
                bytes.write(0);
            }
        }

        private void number(long value, int sizeBytes) {
            for (int i = 0; i < sizeBytes; i++) {
                bytes.write((int) (value >>> 8 * i));
            }
        }

        byte[] memory() {
            byte[] memory = new byte[MEMORY_BYTES];
            byte[] image = bytes.toByteArray();
            System.arraycopy(image, 0, memory, (int) (IMAGE - RAM), image.length);
            return memory;
        }
    }

    private record Memory(ByteBuffer bytes) implements PhysicalMemory {
        @Override
        public long base() {
            return RAM;
        }

        @Override
        public long sizeBytes() {
            return bytes.capacity();
        }

        @Override
        public int readByte(long physicalAddress) {
            return bytes.get((int) (physicalAddress - RAM)) & 0xff;
        }

        @Override
        public int readShort(long physicalAddress) {
            return bytes.getShort((int) (physicalAddress - RAM)) & 0xffff;
        }

        @Override
        public int readInt(long physicalAddress) {
            return bytes.getInt((int) (physicalAddress - RAM));
        }

        @Override
        public long readLong(long physicalAddress) {
            return bytes.getLong((int) (physicalAddress - RAM));
        }

        @Override
        public void read(long physicalAddress, byte[] target, int offset, int lengthBytes) {
            bytes.get((int) (physicalAddress - RAM), target, offset, lengthBytes);
        }
    }

    private static Optional<Kallsyms.Found> find(byte[] memory) {
        return Kallsyms.find(new Memory(ByteBuffer.wrap(memory).order(ByteOrder.LITTLE_ENDIAN)));
    }

    @ParameterizedTest
    @EnumSource
    void everySymbolIsFoundWithItsAddressAndType(Layout layout) {
        for (int odd = 0; odd < 8; odd++) {
            var table = new Table(layout, odd);

            Kallsyms.Found found = find(table.memory()).orElseThrow();

            assertThat(found.symbols().all()).as("%s, %d", layout, odd).containsExactlyElementsOf(table.symbols);
            assertThat(found.physicalOffset()).isEqualTo(Kallsyms.LINK_ADDRESS - IMAGE);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTableThatDoesNotKnowWhereItLiesIsRefused(Layout layout) {
        var table = new Table(layout, 0);
        byte[] memory = table.memory();
        // The names' own entry leads elsewhere.
        int entry = entryOf(table, memory, SYMBOLS - 3);

        memory[entry] ^= 0x40;

        assertThat(find(memory)).isEmpty();
    }

    private static int entryOf(Table table, byte[] memory, int index) {
        int from = (int) (IMAGE - RAM);
        var words = ByteBuffer.wrap(memory).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = from + TABLE_OFFSET + 1; at < memory.length - 4; at++) {
            long base = table.layout == Layout.LINUX_7 ? at - from : 0;
            Symbol symbol = table.symbols.get(index);
            if (words.getInt(at) == (int) (symbol.address() - Kallsyms.LINK_ADDRESS - base)
                    && words.getInt(at + 4)
                            == (int) (table.symbols.get(index + 1).address()
                                    - Kallsyms.LINK_ADDRESS
                                    - (base == 0 ? 0 : base + 4))) {
                return at;
            }
        }
        throw new AssertionError("no entry of symbol " + index);
    }

    @ParameterizedTest
    @EnumSource
    void damageAnywhereEndsTheSearchQuietly(Layout layout) {
        var table = new Table(layout, 3);
        int size = table.bytes.size();
        var random = new SplittableRandom(layout.ordinal());
        Assertions.assertTimeout(Duration.ofMinutes(1), () -> {
            for (int i = 0; i < 60; i++) {
                byte[] memory = table.memory();
                for (int k = 0; k < 40; k++) {
                    memory[(int) (IMAGE - RAM) + TABLE_OFFSET + random.nextInt(size - TABLE_OFFSET)] =
                            (byte) random.nextInt();
                }
                find(memory);
            }
        });
    }

    @Test
    void aTableThatIsCutOffByTheEndOfMemoryIsRefused() {
        byte[] memory = new Table(Layout.LINUX_6, 0).memory();
        var table = new Table(Layout.LINUX_6, 0);
        for (int length : new int[] {table.tokensAt + 600, table.tokensAt + 100, table.namesAt + 10}) {
            byte[] cut = Arrays.copyOf(memory, (int) (IMAGE - RAM) + length);
            assertThat(find(cut)).as("%d bytes", length).isEmpty();
        }
    }
}

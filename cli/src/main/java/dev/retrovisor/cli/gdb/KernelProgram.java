package dev.retrovisor.cli.gdb;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.symbols.Symbol;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The kernel as an ELF file that gdb can open: no code, which gdb reads out of memory, but a symbol table made of the
 * kernel's own, at the addresses where this kernel lies.
 */
final class KernelProgram {
    private static final int HEADER_BYTES = 64;
    private static final int SECTION_BYTES = 64;
    private static final int PROGRAM_HEADER_BYTES = 56;
    private static final int SYMBOL_BYTES = 24;
    private static final short EXECUTABLE = 2;
    private static final short RISCV = 243;

    /** Compressed instructions, no floating point in registers: as kernels are built. */
    private static final int FLAGS = 1;

    /** Room for the names of sections: a few words. */
    private static final int SECTION_NAMES_BYTES = 64;

    private static final int PROGBITS = 1;
    private static final int SYMTAB = 2;
    private static final int STRTAB = 3;
    private static final int NOBITS = 8;
    private static final int ALLOCATED = 2;
    private static final int WRITABLE = 1;
    private static final int EXECUTABLE_SECTION = 4;
    private static final int ABSOLUTE = 0xfff1;
    private static final int GLOBAL = 1 << 4;
    private static final int FUNCTION = 2;
    private static final int OBJECT = 1;

    private KernelView madeOf;
    private RemoteFile made;

    /** A stretch of the image that is all code, or all data. */
    private record Stretch(long start, long end, boolean isText) {}

    /** The path by which gdb asks for it. */
    static String path(KernelView kernel) {
        return "/vmlinux-" + kernel.facts().release().replaceAll("[^A-Za-z0-9.+_-]", "_");
    }

    /** The file of a kernel; it stays the same, so it is made once. */
    RemoteFile of(KernelView kernel) {
        if (made == null || madeOf.facts() != kernel.facts()) {
            made = RemoteFile.of(bytes(kernel));
            madeOf = kernel;
        }
        return made;
    }

    private static byte[] bytes(KernelView kernel) {
        long start = kernel.symbols().address("_start");
        long end = kernel.symbols().address("_end");
        List<Symbol> symbols = kernel.symbols()
                .all()
                .sorted(Comparator.comparing(Symbol::address, Long::compareUnsigned))
                .toList();
        return file(symbols, stretches(symbols, start, end), TrapFrames.of(kernel.symbols()));
    }

    private static List<Stretch> stretches(List<Symbol> symbols, long start, long end) {
        var stretches = new ArrayList<Stretch>();
        long from = start;
        boolean isText = true;
        for (Symbol each : symbols) {
            boolean isInside = each.address() - start >= 0 && each.address() - end < 0;
            if (isInside && each.isText() != isText) {
                if (each.address() != from) {
                    stretches.add(new Stretch(from, each.address(), isText));
                }
                from = each.address();
                isText = each.isText();
            }
        }
        stretches.add(new Stretch(from, end, isText));
        return stretches;
    }

    private static byte[] file(List<Symbol> symbols, List<Stretch> stretches, byte[] frames) {
        var names = new Names();
        ByteBuffer table = symbolTable(symbols, stretches, names);
        var sectionNames = new Names();
        int sections = stretches.size() + 5;
        int tableAt = HEADER_BYTES + PROGRAM_HEADER_BYTES;
        int namesAt = tableAt + table.capacity();
        int sectionNamesAt = namesAt + names.size();
        int framesAt = sectionNamesAt + SECTION_NAMES_BYTES;
        ByteBuffer headers = little(sections * SECTION_BYTES);
        section(headers, 0, 0, 0, 0, 0, 0, 0, 0);
        int textName = sectionNames.add(".text");
        int dataName = sectionNames.add(".data");
        for (Stretch each : stretches) {
            int kind = ALLOCATED | (each.isText() ? EXECUTABLE_SECTION : WRITABLE);
            int name = each.isText() ? textName : dataName;
            section(headers, name, NOBITS, kind, each.start(), tableAt, each.end() - each.start(), 0, 0);
        }
        int strings = stretches.size() + 2;
        section(headers, sectionNames.add(".symtab"), SYMTAB, 0, 0, tableAt, table.capacity(), strings, SYMBOL_BYTES);
        section(headers, sectionNames.add(".strtab"), STRTAB, 0, 0, namesAt, names.size(), 0, 0);
        section(headers, sectionNames.add(".debug_frame"), PROGBITS, 0, 0, framesAt, frames.length, 0, 0);
        int ownName = sectionNames.add(".shstrtab");
        section(headers, ownName, STRTAB, 0, 0, sectionNamesAt, sectionNames.size(), 0, 0);

        var file = new ByteArrayOutputStream();
        file.writeBytes(header(stretches.getFirst().start(), framesAt + frames.length, sections));
        file.writeBytes(
                segment(stretches.getFirst().start(), stretches.getLast().end()));
        file.writeBytes(table.array());
        file.writeBytes(names.bytes());
        file.writeBytes(Arrays.copyOf(sectionNames.bytes(), SECTION_NAMES_BYTES));
        file.writeBytes(frames);
        file.writeBytes(headers.array());
        return file.toByteArray();
    }

    private static ByteBuffer symbolTable(List<Symbol> symbols, List<Stretch> stretches, Names names) {
        ByteBuffer table = little((symbols.size() + 1) * SYMBOL_BYTES);
        table.position(SYMBOL_BYTES); // the first one means none
        int section = 0;
        for (int i = 0; i < symbols.size(); i++) {
            Symbol symbol = symbols.get(i);
            while (section < stretches.size()
                    && symbol.address() - stretches.get(section).end() >= 0) {
                section++;
            }
            boolean isInside = section < stretches.size()
                    && symbol.address() - stretches.get(section).start() >= 0;
            long next = i + 1 < symbols.size() ? symbols.get(i + 1).address() : symbol.address();
            table.putInt(names.add(symbol.name()));
            table.put((byte) (GLOBAL | (symbol.isText() ? FUNCTION : OBJECT)));
            table.put((byte) 0);
            table.putShort((short) (isInside ? section + 1 : ABSOLUTE));
            table.putLong(symbol.address());
            table.putLong(isInside ? next - symbol.address() : 0);
        }
        return table;
    }

    private static byte[] header(long entry, long sectionsAt, int sections) {
        ByteBuffer header = little(HEADER_BYTES);
        header.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1}).position(16);
        header.putShort(EXECUTABLE).putShort(RISCV).putInt(1);
        header.putLong(entry).putLong(HEADER_BYTES).putLong(sectionsAt);
        header.putInt(FLAGS).putShort((short) HEADER_BYTES);
        header.putShort((short) PROGRAM_HEADER_BYTES).putShort((short) 1);
        header.putShort((short) SECTION_BYTES).putShort((short) sections).putShort((short) (sections - 1));
        return header.array();
    }

    /** One segment of nothing but zeros, which is the whole image. */
    private static byte[] segment(long start, long end) {
        ByteBuffer segment = little(PROGRAM_HEADER_BYTES);
        segment.putInt(1).putInt(7).putLong(HEADER_BYTES).putLong(start).putLong(start);
        segment.putLong(0).putLong(end - start).putLong(8);
        return segment.array();
    }

    private static void section(
            ByteBuffer headers,
            int name,
            int type,
            long kind,
            long address,
            long offset,
            long sizeBytes,
            int link,
            int entryBytes) {
        headers.putInt(name)
                .putInt(type)
                .putLong(kind)
                .putLong(address)
                .putLong(offset)
                .putLong(sizeBytes);
        headers.putInt(link)
                .putInt(type == SYMTAB ? 1 : 0)
                .putLong(type == 0 ? 0 : 1)
                .putLong(entryBytes);
    }

    private static ByteBuffer little(int sizeBytes) {
        return ByteBuffer.allocate(sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** A table of strings. */
    private static final class Names {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Names() {
            bytes.write(0);
        }

        int add(String name) {
            int at = bytes.size();
            bytes.writeBytes(name.getBytes(StandardCharsets.UTF_8));
            bytes.write(0);
            return at;
        }

        int size() {
            return bytes.size();
        }

        byte[] bytes() {
            return bytes.toByteArray();
        }
    }
}

package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelFacts;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.kernel.MachineView;
import dev.retrovisor.introspect.memory.PhysicalMemory;
import dev.retrovisor.introspect.symbols.Symbol;
import dev.retrovisor.introspect.symbols.Symbols;
import dev.retrovisor.introspect.types.CType;
import dev.retrovisor.introspect.types.Field;
import dev.retrovisor.introspect.types.Prototype;
import dev.retrovisor.introspect.types.StructLayout;
import dev.retrovisor.introspect.types.Types;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A kernel of one page of data and a few structures: enough for walks over what a test has put there. */
final class TinyKernel {
    static final long START = 0xffff_ffff_8000_0000L;

    private static final long PHYSICAL = 0x8000_0000L;
    private static final int BYTES = 1 << 16;

    private final ByteBuffer memory = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final Map<String, StructLayout> structs = new LinkedHashMap<>();

    /** Adds a structure of words of 8 bytes. */
    TinyKernel struct(String name, String... members) {
        List<Field> fields = new ArrayList<>();
        for (int i = 0; i < members.length; i++) {
            fields.add(new Field(members[i], i * 64L, 0, new CType.Scalar("long", 8, false)));
        }
        return struct(name, members.length * 8L, fields);
    }

    TinyKernel struct(String name, long sizeBytes, List<Field> fields) {
        structs.put(name, new StructLayout(name, false, sizeBytes, () -> fields));
        return this;
    }

    TinyKernel put(long address, long value) {
        memory.putLong((int) (address - START), value);
        return this;
    }

    TinyKernel putByte(long address, int value) {
        memory.put((int) (address - START), (byte) value);
        return this;
    }

    KernelView view() {
        Symbols symbols = Symbols.of(List.of(
                new Symbol("_start", START, 'T'),
                new Symbol("swapper_pg_dir", START, 'D'),
                new Symbol("_end", START + BYTES, 'B')));
        return new KernelView(
                new KernelFacts("", symbols, new Structs(structs), START - PHYSICAL), new Machine(memory));
    }

    private record Structs(Map<String, StructLayout> byName) implements Types {
        @Override
        public Optional<StructLayout> findStruct(String name) {
            return Optional.ofNullable(byName.get(name));
        }

        @Override
        public Optional<Prototype> findFunction(String name) {
            return Optional.empty();
        }

        @Override
        public Optional<CType> findTypedef(String name) {
            return Optional.empty();
        }

        @Override
        public Optional<Map<String, Long>> enumeration(String name) {
            return Optional.empty();
        }

        @Override
        public Optional<Long> findConstant(String name) {
            return Optional.empty();
        }

        @Override
        public Stream<StructLayout> structs() {
            return byName.values().stream();
        }

        @Override
        public List<String> enumerations() {
            return List.of();
        }
    }

    private record Machine(ByteBuffer bytes) implements MachineView, PhysicalMemory {
        @Override
        public PhysicalMemory memory() {
            return this;
        }

        @Override
        public int harts() {
            return 0;
        }

        @Override
        public HartView hart(int index) {
            throw new IndexOutOfBoundsException(index);
        }

        @Override
        public long step() {
            return 0;
        }

        @Override
        public long virtualNanos() {
            return 0;
        }

        @Override
        public long base() {
            return PHYSICAL;
        }

        @Override
        public long sizeBytes() {
            return BYTES;
        }

        @Override
        public int readByte(long physicalAddress) {
            return bytes.get((int) (physicalAddress - PHYSICAL));
        }

        @Override
        public int readShort(long physicalAddress) {
            return bytes.getShort((int) (physicalAddress - PHYSICAL));
        }

        @Override
        public int readInt(long physicalAddress) {
            return bytes.getInt((int) (physicalAddress - PHYSICAL));
        }

        @Override
        public long readLong(long physicalAddress) {
            return bytes.getLong((int) (physicalAddress - PHYSICAL));
        }

        @Override
        public void read(long physicalAddress, byte[] target, int offset, int lengthBytes) {
            bytes.get((int) (physicalAddress - PHYSICAL), target, offset, lengthBytes);
        }
    }
}

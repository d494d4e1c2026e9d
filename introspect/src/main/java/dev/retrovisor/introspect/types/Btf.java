package dev.retrovisor.introspect.types;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Types out of BTF data (Linux, Documentation/bpf/btf.rst): the kernel's, or a module's on top of the kernel's. Types are
 * decoded when they are asked for. Data is hostile: what does not fit is refused at once or looks like nothing.
 */
public final class Btf implements Types {
    private static final int MAGIC = 0xeb9f;
    private static final int HEADER_BYTES = 24;
    private static final int MOST_TYPES = 5_000_000;
    private static final int DEEPEST = 64;

    private static final int INT = 1;
    private static final int PTR = 2;
    private static final int ARRAY = 3;
    private static final int STRUCT = 4;
    private static final int UNION = 5;
    private static final int ENUM = 6;
    private static final int FWD = 7;
    private static final int TYPEDEF = 8;
    private static final int VOLATILE = 9;
    private static final int CONST = 10;
    private static final int RESTRICT = 11;
    private static final int FUNC = 12;
    private static final int FUNC_PROTO = 13;
    private static final int VAR = 14;
    private static final int DATASEC = 15;
    private static final int FLOAT = 16;
    private static final int DECL_TAG = 17;
    private static final int TYPE_TAG = 18;
    private static final int ENUM64 = 19;

    private static final CType VOID = new CType.Void();

    private final ByteBuffer data;
    private final Btf base;
    private final int firstId;
    private final int stringBase;
    private final int strings;
    private final int stringBytes;
    private final int[] offsets;
    private final int[] hashHeads;
    private final int[] hashNext;
    private final CType[] decoded;
    private Map<String, Long> constants;

    private Btf(ByteBuffer data, Btf base, int[] offsets, int strings, int stringBytes) {
        this.data = data;
        this.base = base;
        this.offsets = offsets;
        this.strings = strings;
        this.stringBytes = stringBytes;
        firstId = base == null ? 1 : base.firstId + base.offsets.length;
        stringBase = base == null ? 0 : base.stringBase + base.stringBytes;
        decoded = new CType[offsets.length];
        hashHeads = new int[Integer.highestOneBit(Math.max(16, offsets.length)) * 2];
        hashNext = new int[offsets.length];
        fillHash();
    }

    /**
     * Reads BTF data.
     *
     * @param base the kernel's types if these are a module's, or null
     * @throws IllegalArgumentException with what is wrong if this is none
     */
    public static Btf of(byte[] bytes, Btf base) {
        ByteBuffer data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length < HEADER_BYTES || (data.getShort(0) & 0xffff) != MAGIC || data.get(2) != 1) {
            throw new IllegalArgumentException("no BTF of version 1 begins here");
        }
        long header = Integer.toUnsignedLong(data.getInt(4));
        long types = header + Integer.toUnsignedLong(data.getInt(8));
        long typesEnd = types + Integer.toUnsignedLong(data.getInt(12));
        long strings = header + Integer.toUnsignedLong(data.getInt(16));
        long stringBytes = Integer.toUnsignedLong(data.getInt(20));
        if (typesEnd > bytes.length || strings + stringBytes > bytes.length) {
            throw new IllegalArgumentException("BTF sections end behind its %,d bytes".formatted(bytes.length));
        }
        int[] offsets = new int[1 << 12];
        int count = 0;
        for (long at = types; at < typesEnd; at += 12 + extraBytes(data, (int) at)) {
            if (at + 12 > typesEnd || count == MOST_TYPES) {
                throw new IllegalArgumentException("BTF type %,d is cut off".formatted(count + 1));
            }
            if (count == offsets.length) {
                offsets = Arrays.copyOf(offsets, count * 2);
            }
            offsets[count++] = (int) at;
            if (at + 12 + extraBytes(data, (int) at) > typesEnd) {
                throw new IllegalArgumentException("BTF type %,d is cut off".formatted(count));
            }
        }
        return new Btf(data, base, Arrays.copyOf(offsets, count), (int) strings, (int) stringBytes);
    }

    private static int extraBytes(ByteBuffer data, int at) {
        int info = data.getInt(at + 4);
        int length = info & 0xffff;
        return switch (info >>> 24 & 0x1f) {
            case INT, VAR, DECL_TAG -> 4;
            case ARRAY -> 12;
            case STRUCT, UNION, DATASEC, ENUM64 -> 12 * length;
            case ENUM, FUNC_PROTO -> 8 * length;
            case PTR, FWD, TYPEDEF, VOLATILE, CONST, RESTRICT, FUNC, FLOAT, TYPE_TAG -> 0;
            default -> throw new IllegalArgumentException("BTF kind %d at byte %,d".formatted(info >>> 24 & 0x1f, at));
        };
    }

    // Names.

    private void fillHash() {
        Arrays.fill(hashHeads, -1);
        // Backwards, so that each chain has the first type of a name first.
        for (int i = offsets.length - 1; i >= 0; i--) {
            int name = data.getInt(offsets[i]);
            if (name != 0) {
                int bucket = hash(name);
                hashNext[i] = hashHeads[bucket];
                hashHeads[bucket] = i;
            }
        }
    }

    private int hash(int nameOffset) {
        Btf owner = owner(nameOffset);
        int hash = 0;
        for (int at = owner.stringAt(nameOffset); at < owner.stringsEnd() && owner.data.get(at) != 0; at++) {
            hash = hash * 31 + owner.data.get(at);
        }
        return bucket(hash);
    }

    private int hash(byte[] name) {
        int hash = 0;
        for (byte each : name) {
            hash = hash * 31 + each;
        }
        return bucket(hash);
    }

    private int bucket(int hash) {
        return (hash ^ hash >>> 16) & hashHeads.length - 1;
    }

    private Btf owner(int nameOffset) {
        return base != null && Integer.compareUnsigned(nameOffset, stringBase) < 0 ? base.owner(nameOffset) : this;
    }

    private int stringAt(int nameOffset) {
        return (int) Math.min(strings + Integer.toUnsignedLong(nameOffset - stringBase), stringsEnd());
    }

    private int stringsEnd() {
        return strings + stringBytes;
    }

    private String string(int nameOffset) {
        Btf owner = owner(nameOffset);
        int start = owner.stringAt(nameOffset);
        int end = start;
        while (end < owner.stringsEnd() && owner.data.get(end) != 0) {
            end++;
        }
        return new String(owner.data.array(), start, end - start, StandardCharsets.UTF_8);
    }

    private boolean isNamed(int index, byte[] name) {
        int nameOffset = data.getInt(offsets[index]);
        Btf owner = owner(nameOffset);
        int at = owner.stringAt(nameOffset);
        for (byte each : name) {
            if (at >= owner.stringsEnd() || owner.data.get(at++) != each) {
                return false;
            }
        }
        return at >= owner.stringsEnd() || owner.data.get(at) == 0;
    }

    /** The index of the first type of a name and of a kind, or -1. */
    private int find(String name, IntPredicate kind) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        for (int i = hashHeads[hash(bytes)]; i >= 0; i = hashNext[i]) {
            if (kind.test(kind(i)) && isNamed(i, bytes)) {
                return i;
            }
        }
        return -1;
    }

    // Types.

    private int kind(int index) {
        return data.getInt(offsets[index] + 4) >>> 24 & 0x1f;
    }

    private int length(int index) {
        return data.getInt(offsets[index] + 4) & 0xffff;
    }

    private boolean kindFlag(int index) {
        return data.getInt(offsets[index] + 4) < 0;
    }

    private String name(int index) {
        return string(data.getInt(offsets[index]));
    }

    private int sizeOrType(int index) {
        return data.getInt(offsets[index] + 8);
    }

    /** A type by its number: 0 is void. */
    private CType type(int id, int depth) {
        if (id == 0) {
            return VOID;
        }
        if (base != null && id > 0 && id < firstId) {
            return base.type(id, depth);
        }
        int index = id - firstId;
        if (index < 0 || index >= offsets.length || depth > DEEPEST) {
            return new CType.Incomplete("");
        }
        synchronized (decoded) {
            if (decoded[index] == null) {
                decoded[index] = decode(index, depth + 1);
            }
            return decoded[index];
        }
    }

    private CType decode(int index, int depth) {
        int at = offsets[index];
        int target = sizeOrType(index);
        long size = Integer.toUnsignedLong(target);
        return switch (kind(index)) {
            case INT -> new CType.Scalar(name(index), size, (data.getInt(at + 12) >>> 24 & 1) != 0);
            case FLOAT -> new CType.Floating(name(index), size);
            case PTR -> new CType.Pointer(() -> type(target, 0));
            case ARRAY ->
                new CType.Array(type(data.getInt(at + 12), depth), Integer.toUnsignedLong(data.getInt(at + 20)));
            case STRUCT, UNION ->
                new CType.Struct(new StructLayout(name(index), kind(index) == UNION, size, () -> members(index)));
            case ENUM, ENUM64 -> new CType.Enumerated(name(index), size, kindFlag(index));
            case FWD -> complete(index);
            case TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG -> type(target, depth);
            case FUNC_PROTO -> new CType.Function(prototype(index, depth));
            case FUNC, VAR -> type(target, depth);
            default -> VOID;
        };
    }

    /** A declaration may be defined elsewhere. */
    private CType complete(int index) {
        String name = name(index);
        return findStruct(name).<CType>map(CType.Struct::new).orElseGet(() -> new CType.Incomplete(name));
    }

    private List<Field> members(int index) {
        List<Field> members = new ArrayList<>(length(index));
        for (int i = 0; i < length(index); i++) {
            int at = offsets[index] + 12 + 12 * i;
            int where = data.getInt(at + 8);
            long bitOffset = kindFlag(index) ? where & 0xffffff : Integer.toUnsignedLong(where);
            int bitSize = kindFlag(index) ? where >>> 24 : 0;
            members.add(
                    new Field(string(data.getInt(at)), bitOffset, Math.min(bitSize, 64), type(data.getInt(at + 4), 0)));
        }
        return members;
    }

    private Prototype prototype(int index, int depth) {
        List<Prototype.Parameter> parameters = new ArrayList<>(length(index));
        boolean variadic = false;
        for (int i = 0; i < length(index); i++) {
            int at = offsets[index] + 12 + 8 * i;
            if (i == length(index) - 1 && data.getLong(at) == 0) {
                variadic = true;
            } else {
                parameters.add(new Prototype.Parameter(string(data.getInt(at)), type(data.getInt(at + 4), depth)));
            }
        }
        return new Prototype(type(sizeOrType(index), depth), List.copyOf(parameters), variadic);
    }

    // Questions.

    @Override
    public Optional<StructLayout> findStruct(String name) {
        int index = find(name, kind -> kind == STRUCT || kind == UNION);
        if (index >= 0 && type(firstId + index, 0) instanceof CType.Struct(StructLayout layout)) {
            return Optional.of(layout);
        }
        return base == null ? Optional.empty() : base.findStruct(name);
    }

    @Override
    public Optional<Prototype> findFunction(String name) {
        int index = find(name, kind -> kind == FUNC);
        if (index >= 0 && type(firstId + index, 0) instanceof CType.Function(Prototype prototype)) {
            return Optional.of(prototype);
        }
        return base == null ? Optional.empty() : base.findFunction(name);
    }

    @Override
    public Optional<CType> findTypedef(String name) {
        int index = find(name, kind -> kind == TYPEDEF);
        if (index >= 0) {
            return Optional.of(type(firstId + index, 0));
        }
        return base == null ? Optional.empty() : base.findTypedef(name);
    }

    @Override
    public Optional<CType> findVariable(String name) {
        int index = find(name, kind -> kind == VAR);
        if (index >= 0) {
            return Optional.of(type(firstId + index, 0));
        }
        return base == null ? Optional.empty() : base.findVariable(name);
    }

    @Override
    public Optional<Map<String, Long>> enumeration(String name) {
        int index = find(name, kind -> kind == ENUM || kind == ENUM64);
        if (index >= 0) {
            var values = new LinkedHashMap<String, Long>();
            addConstants(index, values);
            return Optional.of(values);
        }
        return base == null ? Optional.empty() : base.enumeration(name);
    }

    @Override
    public synchronized Optional<Long> findConstant(String name) {
        if (constants == null) {
            constants = new LinkedHashMap<>();
            for (int i = 0; i < offsets.length; i++) {
                if (kind(i) == ENUM || kind(i) == ENUM64) {
                    addConstants(i, constants);
                }
            }
        }
        Long value = constants.get(name);
        return value != null || base == null ? Optional.ofNullable(value) : base.findConstant(name);
    }

    private void addConstants(int index, Map<String, Long> values) {
        boolean wide = kind(index) == ENUM64;
        for (int i = 0; i < length(index); i++) {
            int at = offsets[index] + 12 + (wide ? 12 : 8) * i;
            long low = data.getInt(at + 4);
            long value = wide
                    ? low & 0xffffffffL | (long) data.getInt(at + 8) << 32
                    : kindFlag(index) ? low : low & 0xffffffffL;
            values.putIfAbsent(string(data.getInt(at)), value);
        }
    }

    @Override
    public Stream<StructLayout> structs() {
        return IntStream.range(0, offsets.length)
                .filter(i -> (kind(i) == STRUCT || kind(i) == UNION) && data.getInt(offsets[i]) != 0)
                .mapToObj(i -> type(firstId + i, 0))
                .filter(CType.Struct.class::isInstance)
                .map(type -> ((CType.Struct) type).layout());
    }

    @Override
    public List<String> enumerations() {
        return IntStream.range(0, offsets.length)
                .filter(i -> (kind(i) == ENUM || kind(i) == ENUM64) && data.getInt(offsets[i]) != 0)
                .mapToObj(this::name)
                .toList();
    }

    /** How many types there are. */
    public int size() {
        return offsets.length;
    }
}

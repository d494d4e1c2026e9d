package dev.retrovisor.introspect.types;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** How a struct or union lies in memory. Its members are read when first asked for. */
public final class StructLayout {
    private final String name;
    private final boolean isUnion;
    private final long sizeBytes;
    private final Supplier<List<Field>> reader;
    private List<Field> members;
    private final Map<String, Field> byPath = new LinkedHashMap<>();

    /**
     * @param name empty if it has none
     * @param reader gives the members as declared, anonymous ones with an empty name
     */
    public StructLayout(String name, boolean isUnion, long sizeBytes, Supplier<List<Field>> reader) {
        this.name = name;
        this.isUnion = isUnion;
        this.sizeBytes = sizeBytes;
        this.reader = reader;
    }

    public String name() {
        return name;
    }

    public boolean isUnion() {
        return isUnion;
    }

    public long sizeBytes() {
        return sizeBytes;
    }

    /** The members as they are declared, in order; anonymous structures have an empty name. */
    public synchronized List<Field> members() {
        if (members == null) {
            members = List.copyOf(reader.get());
        }
        return members;
    }

    /**
     * A member by its name or by a path of names such as {@code se.exec_start}; members of anonymous structures are found
     * by their own name.
     *
     * @throws MissingTypeException if there is none
     */
    public Field field(String path) {
        return find(path)
                .orElseThrow(() -> new MissingTypeException("struct %s has no member %s".formatted(name, path)));
    }

    /** The same, or empty if there is none: kernels differ. */
    public synchronized Optional<Field> find(String path) {
        Field known = byPath.get(path);
        if (known != null) {
            return Optional.of(known);
        }
        Optional<Field> found = search(path);
        found.ifPresent(field -> byPath.put(path, field));
        return found;
    }

    private Optional<Field> search(String path) {
        int dot = path.indexOf('.');
        String first = dot < 0 ? path : path.substring(0, dot);
        for (Field member : members()) {
            if (member.name().equals(first)) {
                if (dot < 0) {
                    return Optional.of(member);
                }
                if (member.type() instanceof CType.Struct(StructLayout inner)) {
                    return inner.find(path.substring(dot + 1)).map(field -> field.within(member.bitOffset()));
                }
                return Optional.empty();
            }
        }
        for (Field member : members()) {
            if (member.name().isEmpty() && member.type() instanceof CType.Struct(StructLayout inner)) {
                Optional<Field> found = inner.find(path).map(field -> field.within(member.bitOffset()));
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    @Override
    public String toString() {
        return (isUnion ? "union " : "struct ") + name;
    }
}

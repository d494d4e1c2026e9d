package dev.retrovisor.introspect.isf;

import dev.retrovisor.introspect.isf.IsfType.BaseDefinition;
import dev.retrovisor.introspect.types.CType;
import dev.retrovisor.introspect.types.Field;
import dev.retrovisor.introspect.types.Prototype;
import dev.retrovisor.introspect.types.StructLayout;
import dev.retrovisor.introspect.types.Types;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The types of a symbol file. */
final class IsfTypes implements Types {
    /** Structures within structures, at most: real ones stay below 20. */
    private static final int DEEPEST = 64;

    private final Map<String, StructDefinition> structs;
    private final Map<String, EnumDefinition> enums;
    private final Map<String, BaseDefinition> bases;
    private final Map<String, StructLayout> layouts = new LinkedHashMap<>();
    private final Map<String, Long> constants = new HashMap<>();

    /** A member; its name is empty if it is anonymous. */
    record Member(String name, int offsetBytes, IsfType type) {}

    record StructDefinition(boolean isUnion, int sizeBytes, List<Member> members) {}

    record EnumDefinition(int sizeBytes, String base, Map<String, Long> constants) {}

    /** @throws IsfFormatException if a structure contains itself */
    IsfTypes(
            String source,
            Map<String, StructDefinition> structs,
            Map<String, EnumDefinition> enums,
            Map<String, BaseDefinition> bases) {
        this.structs = structs;
        this.enums = enums;
        this.bases = bases;
        Set<String> checked = new HashSet<>();
        structs.keySet().forEach(name -> requireFinite(source, name, DEEPEST, checked));
        structs.forEach((name, definition) -> layouts.put(
                name,
                new StructLayout(
                        Isf.tagOf(name), definition.isUnion(), definition.sizeBytes(), () -> members(definition))));
        enums.values().forEach(each -> each.constants().forEach(constants::putIfAbsent));
    }

    private void requireFinite(String source, String name, int deeper, Set<String> checked) {
        StructDefinition definition = structs.get(name);
        if (definition == null || checked.contains(name)) {
            return;
        }
        if (deeper == 0) {
            throw new IsfFormatException(
                    "%s: structure %s contains itself, or others deeper than %d".formatted(source, name, DEEPEST));
        }
        for (Member member : definition.members()) {
            IsfType type = member.type();
            while (type instanceof IsfType.Array(IsfType element, long _)) {
                type = element;
            }
            if (type instanceof IsfType.Struct(String inner)) {
                requireFinite(source, inner, deeper - 1, checked);
            }
        }
        checked.add(name);
    }

    private List<Field> members(StructDefinition definition) {
        List<Field> fields = new ArrayList<>(definition.members().size());
        for (Member member : definition.members()) {
            long bitOffset = member.offsetBytes() * 8L;
            if (member.type() instanceof IsfType.BitField(int position, int length, IsfType type)) {
                fields.add(new Field(member.name(), bitOffset + position, length, type(type)));
            } else {
                fields.add(new Field(member.name(), bitOffset, 0, type(member.type())));
            }
        }
        return fields;
    }

    private CType type(IsfType type) {
        return switch (type) {
            case IsfType.Base(String name) -> base(name);
            case IsfType.Enumerated(String name) -> enumerated(name);
            case IsfType.Struct(String name) ->
                layouts.containsKey(name) ? new CType.Struct(layouts.get(name)) : new CType.Incomplete(name);
            case IsfType.Pointer(IsfType target) -> new CType.Pointer(() -> type(target));
            case IsfType.Array(IsfType element, long count) -> new CType.Array(type(element), count);
            case IsfType.Function _ -> new CType.Function(new Prototype(new CType.Void(), List.of(), false));
            case IsfType.BitField(int _, int _, IsfType inner) -> type(inner);
        };
    }

    private CType base(String name) {
        BaseDefinition base = bases.get(name);
        if (base == null || base.kind().equals("void")) {
            return new CType.Void();
        }
        return base.kind().equals("float")
                ? new CType.Floating(Isf.tagOf(name), base.sizeBytes())
                : new CType.Scalar(Isf.tagOf(name), base.sizeBytes(), base.signed());
    }

    private CType enumerated(String name) {
        EnumDefinition definition = enums.get(name);
        if (definition == null) {
            return new CType.Void();
        }
        BaseDefinition base = bases.get(definition.base());
        return new CType.Enumerated(Isf.tagOf(name), definition.sizeBytes(), base != null && base.signed());
    }

    @Override
    public Optional<StructLayout> findStruct(String name) {
        return Optional.ofNullable(layouts.get(name));
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
        return Optional.ofNullable(enums.get(name)).map(EnumDefinition::constants);
    }

    @Override
    public Optional<Long> findConstant(String name) {
        return Optional.ofNullable(constants.get(name));
    }

    @Override
    public Stream<StructLayout> structs() {
        return layouts.values().stream().filter(layout -> !layout.name().isEmpty());
    }

    @Override
    public List<String> enumerations() {
        return enums.keySet().stream()
                .filter(name -> !Isf.tagOf(name).isEmpty())
                .toList();
    }
}

package dev.retrovisor.introspect.filter;

import dev.retrovisor.introspect.event.GuestEvent;
import dev.retrovisor.introspect.inspect.Column;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The components of events, by name. */
final class Components {
    private static final int DEEPEST = 4;

    /** How to read one. */
    private record Reader(Method accessor, boolean isUnsigned) {}

    private static final ClassValue<Map<String, Reader>> READERS = new ClassValue<>() {
        @Override
        protected Map<String, Reader> computeValue(Class<?> type) {
            var readers = new HashMap<String, Reader>();
            for (RecordComponent component : type.getRecordComponents()) {
                Method accessor = component.getAccessor();
                accessor.setAccessible(true);
                Column column = component.getAnnotation(Column.class);
                boolean isUnsigned = column != null && column.value() == Column.Style.HEX;
                readers.put(component.getName(), new Reader(accessor, isUnsigned));
            }
            return readers;
        }
    };

    private Components() {}

    /**
     * What an event has under a path of names, or null. Numbers with 64 unsigned bits are {@link Unsigned}; of a list of
     * records that is on the way, every element's.
     */
    static Object of(GuestEvent event, String path) {
        return event instanceof Record record ? of(record, path.split("\\."), 0) : null;
    }

    private static Object of(Object value, String[] path, int index) {
        Object plain = opened(value);
        if (index == path.length || plain == null) {
            return plain;
        }
        if (plain instanceof Collection<?> several) {
            var found = new ArrayList<>();
            for (Object each : several) {
                Object one = of(each, path, index);
                if (one != null) {
                    found.add(one);
                }
            }
            return found.isEmpty() ? null : found;
        }
        if (plain instanceof Map<?, ?> map) {
            return of(map.get(path[index]), path, index + 1);
        }
        if (!(plain instanceof Record record)) {
            return null;
        }
        Reader reader = READERS.get(record.getClass()).get(path[index]);
        if (reader == null) {
            return null;
        }
        Object read = read(reader, record);
        return of(reader.isUnsigned() && read instanceof Long bits ? new Unsigned(bits) : read, path, index + 1);
    }

    private static Object read(Reader reader, Record record) {
        try {
            return reader.accessor().invoke(record);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(reader.accessor() + " can't be read", e);
        }
    }

    private static Object opened(Object value) {
        return switch (value) {
            case Optional<?> optional -> optional.orElse(null);
            case OptionalLong optional -> optional.isPresent() ? optional.getAsLong() : null;
            case OptionalInt optional -> optional.isPresent() ? optional.getAsInt() : null;
            case null, default -> value;
        };
    }

    /** An argument by its name: a component of that name, or the element of {@code arguments} that has it. */
    static Object argument(GuestEvent event, String name) {
        Object direct = of(event, name);
        if (direct != null || !(of(event, "arguments") instanceof Collection<?> arguments)) {
            return direct;
        }
        for (Object each : arguments) {
            if (each instanceof Record record && name.equals(of(record, new String[] {"name"}, 0))) {
                Object text = of(record, new String[] {"text"}, 0);
                Object value = of(record, new String[] {"value"}, 0);
                return text == null ? value : value == null ? text : List.of(text, value);
            }
        }
        return null;
    }

    /** The names of all components of some kinds of events; none if a kind is no record. */
    static List<String> names(Collection<Class<? extends GuestEvent>> types) {
        var names = new ArrayList<String>();
        for (Class<?> type : types) {
            if (!type.isRecord()) {
                return List.of();
            }
            collect(type, "", 0, names);
        }
        return names.stream().distinct().sorted().toList();
    }

    private static void collect(Class<?> type, String prefix, int depth, List<String> into) {
        for (RecordComponent component : type.getRecordComponents()) {
            String name = prefix + component.getName();
            into.add(name);
            if (component.getType().isRecord() && depth < DEEPEST) {
                collect(component.getType(), name + ".", depth + 1, into);
            }
            for (Class<?> element : ListElements.records(component)) {
                if (depth < DEEPEST) {
                    collect(element, name + ".", depth + 1, into);
                }
            }
        }
    }

    /** A number whose 64 bits have no sign: an address. */
    record Unsigned(long bits) {
        @Override
        public String toString() {
            return "0x" + Long.toHexString(bits);
        }
    }
}

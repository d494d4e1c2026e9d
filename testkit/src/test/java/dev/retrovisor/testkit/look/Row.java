package dev.retrovisor.testkit.look;

import dev.retrovisor.introspect.inspect.Inspection;
import dev.retrovisor.introspect.kernel.KernelView;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One record out of an inspection or a stream, by the names of its components, as users see it. */
final class Row {
    private final Map<String, Object> values = new LinkedHashMap<>();

    private Row(Record row) {
        for (RecordComponent component : row.getClass().getRecordComponents()) {
            try {
                Method accessor = component.getAccessor();
                accessor.setAccessible(true);
                values.put(component.getName(), accessor.invoke(row));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    static Row of(Record row) {
        return new Row(row);
    }

    static List<Row> of(Inspection<?> inspection, KernelView kernel, Inspection.Scope scope) {
        return inspection.run(kernel, scope).map(row -> new Row((Record) row)).toList();
    }

    Object value(String name) {
        if (!values.containsKey(name)) {
            throw new IllegalArgumentException("no column %s, there are %s".formatted(name, values.keySet()));
        }
        return values.get(name) instanceof Optional<?> optional ? optional.orElse(null) : values.get(name);
    }

    boolean has(String name) {
        return value(name) != null;
    }

    long number(String name) {
        return ((Number) value(name)).longValue();
    }

    String text(String name) {
        return String.valueOf(value(name));
    }

    /** Some columns with a blank between them. */
    String words(String... names) {
        return String.join(" ", Arrays.stream(names).map(this::text).toList());
    }

    @Override
    public String toString() {
        return values.toString();
    }
}

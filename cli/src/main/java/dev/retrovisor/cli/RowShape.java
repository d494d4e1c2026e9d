package dev.retrovisor.cli;

import dev.retrovisor.introspect.inspect.Column;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The columns of rows of one kind: the components of their record. */
public final class RowShape {
    private final List<Part> parts;

    /** One component. */
    public record Part(String name, Class<?> type, Column.Style style, Method accessor) {
        public Object of(Record row) {
            try {
                return accessor.invoke(row);
            } catch (IllegalAccessException | InvocationTargetException e) {
                throw new IllegalStateException("component " + name + " can't be read", e);
            }
        }

        /** {@code START NANOS}; without the unit where people see another. */
        public String heading() {
            String words = name.replaceAll("(?<=[a-z0-9])(?=[A-Z])", " ").toUpperCase(Locale.ROOT);
            return switch (style) {
                case BYTES -> words.replaceFirst(" BYTES$", "");
                case NANOS -> words.equals("NANOS") ? "TIME" : words.replaceFirst(" NANOS$", "");
                case PLAIN, HEX, OCTAL -> words;
            };
        }

        /** Whether the column is numbers, which stand right-aligned. */
        public boolean isNumber() {
            return type.isPrimitive() && type != boolean.class && type != char.class
                    || Number.class.isAssignableFrom(type)
                    || type == OptionalLong.class
                    || type == OptionalInt.class;
        }
    }

    private static final ClassValue<RowShape> SHAPES = new ClassValue<>() {
        @Override
        protected RowShape computeValue(Class<?> type) {
            return new RowShape(parts(type));
        }
    };

    private RowShape(List<Part> parts) {
        this.parts = List.copyOf(parts);
    }

    private static List<Part> parts(Class<?> type) {
        var parts = new ArrayList<Part>();
        for (RecordComponent component : type.getRecordComponents()) {
            Column column = component.getAnnotation(Column.class);
            Method accessor = component.getAccessor();
            accessor.setAccessible(true);
            parts.add(new Part(
                    component.getName(),
                    component.getType(),
                    column == null ? Column.Style.PLAIN : column.value(),
                    accessor));
        }
        return parts;
    }

    public static RowShape of(Class<? extends Record> type) {
        return SHAPES.get(type);
    }

    public List<Part> parts() {
        return parts;
    }

    /** The component of a name, which must be there. */
    public Part part(String name) {
        return parts.stream()
                .filter(part -> part.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Only some of the columns, in an order of their own. */
    public RowShape only(List<String> names) {
        return new RowShape(names.stream().map(this::part).toList());
    }
}

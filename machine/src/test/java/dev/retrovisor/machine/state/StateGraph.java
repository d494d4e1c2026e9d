package dev.retrovisor.machine.state;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What belongs to a part's state, found by reflection: the values, by path, and how to change each one. */
final class StateGraph {
    /** Elements of an array, or words of a memory segment, that are tried one by one. */
    private static final int MAX_ELEMENTS = 256;

    /** One place that can change, a few ways to change it, and how to put back what was there. */
    record Leaf(String path, List<Runnable> changes, Runnable restore) {}

    private final Class<?> root;
    private final Set<Object> visited = Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<Leaf> leaves = new ArrayList<>();
    private final List<String> gaps = new ArrayList<>();
    private final Map<String, String> values = new TreeMap<>();

    private StateGraph(Class<?> root) {
        this.root = root;
    }

    static StateGraph of(Stateful part) {
        var graph = new StateGraph(part.getClass());
        graph.visited.add(part);
        graph.fields(part, part.getClass().getSimpleName());
        return graph;
    }

    List<Leaf> leaves() {
        return leaves;
    }

    /** Paths of empty collections and null references, about which nothing can be found out. */
    List<String> gaps() {
        return gaps;
    }

    /** All values, one a line, in order of their paths. */
    String describe() {
        var text = new StringBuilder();
        values.forEach(
                (path, value) -> text.append(path).append(" = ").append(value).append('\n'));
        return text.toString();
    }

    private void fields(Object owner, String path) {
        for (Class<?> type = owner.getClass(); type != Object.class; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())
                        && !field.isSynthetic()
                        && !field.isAnnotationPresent(Derived.class)) {
                    field.setAccessible(true);
                    field(owner, field, path + "." + field.getName());
                }
            }
        }
    }

    private void field(Object owner, Field field, String path) {
        boolean constant = Modifier.isFinal(field.getModifiers());
        Object value = get(field, owner);
        if (!constant) {
            if (value == null) {
                gaps.add(path + " is null");
                return;
            }
            var changes = new ArrayList<Runnable>();
            for (Object other : field.getType().isPrimitive() ? others(value) : othersOrNull(value)) {
                changes.add(() -> set(field, owner, other));
            }
            leaves.add(new Leaf(path, changes, () -> set(field, owner, value)));
        }
        boolean collaborator = field.getType().isInterface()
                && !(value instanceof Collection<?>)
                && !(value instanceof Map<?, ?>)
                && !(value instanceof MemorySegment);
        if (value != null && !collaborator) {
            value(value, path);
        }
    }

    private void value(Object value, String path) {
        Class<?> type = value.getClass();
        if (isImmutable(value)) {
            values.put(path, value.toString());
        } else if (!visited.add(value)) {
            values.put(path, "(seen)");
        } else if (type.isArray()) {
            array(value, path);
        } else if (value instanceof Collection<?> collection) {
            collection(collection, path);
        } else if (value instanceof Map<?, ?> map) {
            map(map, path);
        } else if (value instanceof MemorySegment segment) {
            segment(segment, path);
        } else if (value instanceof Stateful || isOfAnotherPart(type) || type.isHidden()) {
            values.put(path, "(another part)");
        } else if (type.getName().startsWith("dev.retrovisor.")) {
            fields(value, path);
        } else {
            throw new AssertionError(path + ": teach StateGraph what of a " + type.getName() + " is state");
        }
    }

    private void array(Object array, String path) {
        int length = Array.getLength(array);
        values.put(path + ".length", Integer.toString(length));
        boolean primitive = array.getClass().getComponentType().isPrimitive();
        for (int i = 0; i < length; i++) {
            Object element = Array.get(array, i);
            String elementPath = "%s[%05d]".formatted(path, i);
            if (primitive && isTried(i, length)) {
                int index = i;
                var changes = new ArrayList<Runnable>();
                others(element).forEach(other -> changes.add(() -> Array.set(array, index, other)));
                leaves.add(new Leaf(elementPath, changes, () -> Array.set(array, index, element)));
            }
            if (element != null) {
                value(element, elementPath);
            }
        }
    }

    private void collection(Collection<?> collection, String path) {
        values.put(path + ".size", Integer.toString(collection.size()));
        if (collection.isEmpty()) {
            gaps.add(path + " is empty");
            return;
        }
        var content = new ArrayList<Object>(collection);
        if (canClear(collection, content)) {
            leaves.add(new Leaf(path, List.of(collection::clear), () -> refill(collection, content)));
        }
        int index = 0;
        for (Object element : content) {
            value(element, "%s[%05d]".formatted(path, index++));
        }
    }

    private void map(Map<?, ?> map, String path) {
        values.put(path + ".size", Integer.toString(map.size()));
        if (map.isEmpty()) {
            gaps.add(path + " is empty");
            return;
        }
        var content = new ArrayList<Map.Entry<?, ?>>();
        map.forEach((key, element) -> content.add(Map.entry(key, element)));
        leaves.add(new Leaf(path, List.of(map::clear), () -> refill(map, content)));
        map.forEach((key, element) -> value(element, path + "[" + key + "]"));
    }

    @SuppressWarnings("unchecked") // The content is what was taken from the same map.
    private static void refill(Map<?, ?> map, List<Map.Entry<?, ?>> content) {
        content.forEach(entry -> ((Map<Object, Object>) map).put(entry.getKey(), entry.getValue()));
    }

    private void segment(MemorySegment segment, String path) {
        long words = segment.byteSize() / Long.BYTES;
        var all = new StringBuilder();
        for (long i = 0; i < words; i++) {
            long at = i * Long.BYTES;
            long word = segment.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
            all.append(Long.toHexString(word)).append(' ');
            if (isTried((int) i, (int) words)) {
                leaves.add(new Leaf(
                        path + "+" + at,
                        List.of(() -> segment.set(ValueLayout.JAVA_LONG_UNALIGNED, at, word ^ 1)),
                        () -> segment.set(ValueLayout.JAVA_LONG_UNALIGNED, at, word)));
            }
        }
        values.put(path, all.toString());
    }

    private static boolean isTried(int index, int length) {
        return length <= MAX_ELEMENTS || index % (length / MAX_ELEMENTS) == 0 || index == length - 1;
    }

    private static boolean canClear(Collection<?> collection, List<Object> content) {
        try {
            collection.clear();
        } catch (UnsupportedOperationException _) {
            return false;
        }
        return refill(collection, content);
    }

    @SuppressWarnings("unchecked") // The content is what was taken from the same collection.
    private static boolean refill(Collection<?> collection, List<Object> content) {
        return ((Collection<Object>) collection).addAll(content);
    }

    /** Whether a class is nested in a Stateful one that is not the part under examination. */
    private boolean isOfAnotherPart(Class<?> type) {
        for (Class<?> outer = type.getEnclosingClass(); outer != null; outer = outer.getEnclosingClass()) {
            if (Stateful.class.isAssignableFrom(outer) && !outer.isAssignableFrom(root)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isImmutable(Object value) {
        return value instanceof Number && value.getClass().getName().startsWith("java.lang.")
                || value instanceof Boolean
                || value instanceof Character
                || value instanceof String
                || value instanceof Enum<?>
                || value instanceof Class<?>;
    }

    private static List<Object> othersOrNull(Object value) {
        var all = new ArrayList<Object>();
        if (isImmutable(value)) {
            all.addAll(others(value));
        }
        all.add(null);
        return all;
    }

    private static List<Object> others(Object value) {
        return switch (value) {
            case Boolean bit -> List.of(!bit);
            case Byte number -> List.of((byte) (number ^ 1), (byte) (number + 1));
            case Short number -> List.of((short) (number ^ 1), (short) (number + 1));
            case Character number -> List.of((char) (number ^ 1));
            case Integer number -> List.of(number ^ 1, number + 1);
            case Long number -> List.of(number ^ 1, number + 1);
            case Float number -> List.of(Float.intBitsToFloat(Float.floatToRawIntBits(number) ^ 1));
            case Double number -> List.of(Double.longBitsToDouble(Double.doubleToRawLongBits(number) ^ 1));
            case String text -> List.of(text + "x");
            case Enum<?> constant -> otherConstants(constant);
            default -> List.of();
        };
    }

    private static List<Object> otherConstants(Enum<?> constant) {
        var all = new ArrayList<Object>(List.of(constant.getDeclaringClass().getEnumConstants()));
        all.remove(constant);
        return all;
    }

    private static Object get(Field field, Object owner) {
        try {
            return field.get(owner);
        } catch (IllegalAccessException e) {
            throw new AssertionError(field.toString(), e);
        }
    }

    private static void set(Field field, Object owner, Object value) {
        try {
            field.set(owner, value);
        } catch (IllegalAccessException e) {
            throw new AssertionError(field.toString(), e);
        }
    }
}

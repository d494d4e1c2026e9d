package dev.retrovisor.machine.state;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.fail;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;

/**
 * Holds a {@link Stateful} to its contract by reflection: changes each of its fields in turn and looks whether the saved
 * bytes change. Helper objects of the same package are entered. Whatever holds bytes must be full when this is called,
 * since what lies beyond a queue's end is no state.
 */
public final class SavedFields {
    private SavedFields() {}

    /** Fails with the name of the first mutable field that is neither saved nor {@link Derived}. */
    public static void requireAll(Stateful part) throws IllegalAccessException {
        requireAll(part, part);
    }

    private static void requireAll(Stateful part, Object holder) throws IllegalAccessException {
        for (Field field : holder.getClass().getDeclaredFields()) {
            int modifiers = field.getModifiers();
            if (Modifier.isStatic(modifiers) || field.isAnnotationPresent(Derived.class)) {
                continue;
            }
            field.setAccessible(true);
            Object content = field.get(holder);
            String name = holder.getClass().getSimpleName() + "." + field.getName();
            if (content.getClass().isArray()
                    && content.getClass().componentType().isPrimitive()) {
                requireElements(part, content, name);
            } else if (field.getType().isPrimitive() && !Modifier.isFinal(modifiers)) {
                byte[] before = save(part);
                field.set(holder, changed(content));
                assertFalse(Arrays.equals(before, save(part)), name + " must be saved or @Derived");
                field.set(holder, content);
            } else if (Modifier.isFinal(modifiers)) {
                if (!(content instanceof Stateful)
                        && content.getClass().getPackage() == part.getClass().getPackage()
                        && !field.getType().isInterface()) {
                    requireAll(part, content);
                }
            } else {
                fail(name + ": a mutable reference must be @Derived");
            }
        }
    }

    private static void requireElements(Stateful part, Object array, String name) {
        int[] ends = {0, Array.getLength(array) - 1};
        for (int index : ends) {
            byte[] before = save(part);
            Object content = Array.get(array, index);
            Array.set(array, index, changed(content));
            assertFalse(Arrays.equals(before, save(part)), name + "[" + index + "] must be saved or @Derived");
            Array.set(array, index, content);
        }
    }

    private static Object changed(Object content) {
        return switch (content) {
            case Boolean value -> !value;
            case Byte value -> (byte) (value ^ 1);
            case Integer value -> value ^ 1;
            case Long value -> value ^ 1;
            default -> throw new AssertionError("no way to change a " + content.getClass());
        };
    }

    private static byte[] save(Stateful part) {
        var out = new StateWriter();
        out.section(part);
        return out.toByteArray();
    }
}

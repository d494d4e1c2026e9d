package dev.retrovisor.machine.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Holds a {@link Stateful} part to its contract: every field that can change and is not {@link Derived} shows in what
 * {@code save} writes, {@code load} takes all of it over, and damaged bytes give {@link StateFormatException} only.
 *
 * <p>Bring the part into a state with something in every list and every reference, then call {@link #check}. What
 * counts as the part's own: its fields and superclasses' fields, arrays, collections, memory segments and objects of
 * this project, to any depth. What does not: fields marked {@link Derived}, constants, other Stateful parts (they have
 * sections of their own) and the classes nested in them, and collaborators, that is fields whose type is an interface.
 */
public final class StateCoverage {
    private static final int DAMAGED_COPIES = 400;

    private StateCoverage() {}

    /**
     * Checks one part.
     *
     * @param fresh makes a part as {@code part} was made, with the same configuration and collaborators of its own
     */
    public static void check(Stateful part, Supplier<? extends Stateful> fresh) {
        List<String> gaps = StateGraph.of(part).gaps();
        if (!gaps.isEmpty()) {
            fail("nothing to check: " + gaps + "; bring the part into a state where there is something");
        }
        checkWhatIsThere(part, fresh);
    }

    /** The same for a part that happens to hold nothing in some of its lists, about which nothing is found out then. */
    public static void checkWhatIsThere(Stateful part, Supplier<? extends Stateful> fresh) {
        byte[] saved = save(part);
        assertArrayEquals(saved, save(part), "save must change nothing");

        Stateful restored = fresh.get();
        load(restored, saved);
        assertArrayEquals(saved, save(restored), "a restored part must save what it was restored from");
        StateGraph original = StateGraph.of(part);
        assertEquals(
                original.describe(), StateGraph.of(restored).describe(), "a restored part must equal the original one");

        for (StateGraph.Leaf leaf : original.leaves()) {
            checkLeaf(part, fresh, leaf, saved);
        }
        assertArrayEquals(saved, save(part), "the check itself must leave the part as it was");
        rejectsDamage(saved, fresh);
    }

    /** Checks that cut or altered bytes are taken over or refused, and that nothing else happens. */
    public static void rejectsDamage(byte[] saved, Supplier<? extends Stateful> fresh) {
        int stride = Math.max(1, saved.length / DAMAGED_COPIES);
        for (int length = 0; length < saved.length; length += stride) {
            byte[] cut = Arrays.copyOf(saved, length);
            if (tryLoad(fresh.get(), cut)) {
                fail("a state cut from " + saved.length + " to " + length + " bytes was taken over");
            }
        }
        var random = new Random(1);
        for (int i = 0; i < DAMAGED_COPIES && saved.length > 0; i++) {
            byte[] damaged = saved.clone();
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                damaged[random.nextInt(damaged.length)] = (byte) (random.nextBoolean() ? random.nextInt() : -1);
            }
            tryLoad(fresh.get(), damaged);
        }
    }

    public static byte[] save(Stateful part) {
        var out = new StateWriter();
        out.section(part);
        return out.toByteArray();
    }

    public static void load(Stateful part, byte[] saved) {
        new StateReader(saved).section(part);
    }

    private static void checkLeaf(
            Stateful part, Supplier<? extends Stateful> fresh, StateGraph.Leaf leaf, byte[] saved) {
        boolean shown = false;
        for (Runnable change : leaf.changes()) {
            change.run();
            byte[] changed = saveOrNull(part);
            leaf.restore().run();
            if (changed == null) {
                shown = true;
            } else if (!Arrays.equals(saved, changed)) {
                shown = true;
                Stateful restored = fresh.get();
                if (tryLoad(restored, changed)) {
                    assertArrayEquals(
                            changed, save(restored), leaf.path() + " is saved, but load does not take it over");
                }
            }
        }
        if (!shown) {
            fail(leaf.path() + " changes and does not show in what save writes: save it, or mark it @Derived");
        }
    }

    /** Null if the part cannot be saved with a field taken away: so save does read it. */
    private static byte[] saveOrNull(Stateful part) {
        try {
            return save(part);
        } catch (NullPointerException | IndexOutOfBoundsException _) {
            return null;
        }
    }

    private static boolean tryLoad(Stateful part, byte[] bytes) {
        try {
            load(part, bytes);
            return true;
        } catch (StateFormatException _) {
            return false;
        }
    }
}

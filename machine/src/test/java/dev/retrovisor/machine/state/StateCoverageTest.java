package dev.retrovisor.machine.state;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** The check itself: it must find what it is there to find. */
class StateCoverageTest {
    /** A part with a field of each kind, and a switch for each way to get it wrong. */
    private static final class Part implements Stateful {
        private final Flaw flaw;
        private final Nested nested = new Nested();
        private final int[] registers = new int[3];
        private final ArrayDeque<Long> waiting = new ArrayDeque<>();

        @Derived("never saved, and rightly")
        private int cache;

        private boolean level;

        private Part(Flaw flaw) {
            this.flaw = flaw;
        }

        private static final class Nested {
            private long count;
        }

        @Override
        public String name() {
            return "part";
        }

        @Override
        public void save(StateWriter out) {
            out.putBoolean(level);
            out.putLong(flaw == Flaw.NESTED_NOT_SAVED ? 0 : nested.count);
            for (int i = 0; i < (flaw == Flaw.LAST_ELEMENT_NOT_SAVED ? 2 : 3); i++) {
                out.putInt(registers[i]);
            }
            out.putInt(flaw == Flaw.LIST_NOT_SAVED ? 0 : waiting.size());
            if (flaw != Flaw.LIST_NOT_SAVED) {
                waiting.forEach(out::putLong);
            }
            if (flaw == Flaw.SAVE_CHANGES) {
                nested.count++;
            }
        }

        @Override
        public void load(StateReader in) {
            boolean found = in.getBoolean();
            level = flaw != Flaw.NOT_LOADED && found;
            nested.count = in.getLong();
            for (int i = 0; i < (flaw == Flaw.LAST_ELEMENT_NOT_SAVED ? 2 : 3); i++) {
                registers[i] = in.getInt();
            }
            int count = in.getInt();
            if (flaw == Flaw.TRUSTS_LENGTHS && count < 0) {
                throw new NegativeArraySizeException("what an array of that length would throw");
            }
            waiting.clear();
            for (int i = 0; i < count; i++) {
                waiting.add(in.getLong());
            }
        }
    }

    private enum Flaw {
        NONE,
        NESTED_NOT_SAVED,
        LAST_ELEMENT_NOT_SAVED,
        LIST_NOT_SAVED,
        NOT_LOADED,
        SAVE_CHANGES,
        TRUSTS_LENGTHS
    }

    @Test
    void aSoundPartPasses() {
        Part part = filled(Flaw.NONE);
        part.cache = 5;
        StateCoverage.check(part, fresh(Flaw.NONE));
    }

    @Test
    void everyFlawIsFound() {
        for (Flaw flaw : Flaw.values()) {
            if (flaw != Flaw.NONE) {
                assertThrows(Throwable.class, () -> StateCoverage.check(filled(flaw), fresh(flaw)), "missed: " + flaw);
            }
        }
    }

    @Test
    void aForgottenFieldIsNamed() {
        Part part = filled(Flaw.NESTED_NOT_SAVED);
        part.nested.count = 0;
        var found = assertThrows(AssertionError.class, () -> StateCoverage.check(part, fresh(Flaw.NESTED_NOT_SAVED)));
        assertTrue(found.getMessage().contains("Part.nested.count"), found.getMessage());
    }

    @Test
    void anEmptyListMustBeFilledFirst() {
        var found =
                assertThrows(AssertionError.class, () -> StateCoverage.check(new Part(Flaw.NONE), fresh(Flaw.NONE)));
        assertTrue(found.getMessage().contains("Part.waiting is empty"), found.getMessage());
    }

    private static Part filled(Flaw flaw) {
        var part = new Part(flaw);
        part.level = true;
        part.nested.count = 4;
        part.registers[2] = 3;
        part.waiting.add(7L);
        part.waiting.add(8L);
        return part;
    }

    private static Supplier<Part> fresh(Flaw flaw) {
        return () -> new Part(flaw);
    }
}

package dev.retrovisor.machine.hart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Locale;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The layout that the engines share. */
final class HartStateTest {
    private static final int REGISTERS = 32;

    /** Bytes of the fields that are more than one register. */
    private static long sizeBytes(String field) {
        return switch (field) {
            case "X", "F" -> REGISTERS * 8L;
            case "PMPCFG" -> 2 * 8;
            case "PMPADDR" -> Pmp.REGIONS * 8L;
            default -> 8;
        };
    }

    @Test
    void fieldsNeitherOverlapNorLeaveGapsInWhatIsSaved() throws IllegalAccessException {
        var fields = new TreeMap<Integer, String>();
        for (Field field : HartState.class.getDeclaredFields()) {
            boolean offset = Modifier.isStatic(field.getModifiers())
                    && field.getType() == int.class
                    && !field.getName().endsWith("_SLOT")
                    && !field.getName().endsWith("_BYTES");
            if (offset) {
                String other = fields.put(field.getInt(null), field.getName());
                assertEquals(null, other, field.getName() + " lies where another field does");
            }
        }
        long end = 0;
        for (var field : fields.entrySet()) {
            boolean saved = field.getKey() < HartState.SAVED_BYTES;
            assertTrue(field.getKey() >= end, field.getValue() + " overlaps the field before");
            assertTrue(
                    !saved || field.getKey() == end, "a gap before " + field.getValue() + " would be saved as state");
            end = field.getKey() + sizeBytes(field.getValue());
            assertTrue(!saved || end <= HartState.SAVED_BYTES, field.getValue() + " is saved in part");
        }
        assertTrue(end <= HartState.SIZE_BYTES);
        assertTrue(fields.containsValue("PMPADDR") && fields.size() > 40, "found by reflection: " + fields);
    }

    @Test
    void theNamesForPeopleAreThoseOfTheFields() throws IllegalAccessException {
        int named = 0;
        for (Field field : HartState.class.getDeclaredFields()) {
            boolean single = field.getType() == int.class && !field.getName().startsWith("PMP");
            if (single && field.getInt(null) >= HartState.PC && field.getInt(null) < HartState.SAVED_BYTES) {
                assertEquals(field.getName().toLowerCase(Locale.ROOT), HartFields.name(field.getInt(null)));
                named++;
            }
        }
        assertTrue(named > 30, "found by reflection: " + named);
        assertEquals("x10/a0", HartFields.name(HartState.X + 80));
        assertEquals("f10/fa0", HartFields.name(HartState.F + 80));
        assertEquals("pmpcfg2", HartFields.name(HartState.PMPCFG + 8));
        assertEquals("pmpaddr15", HartFields.name(HartState.SAVED_BYTES - 8));
    }

    @Test
    void slotsAreOffsetsInRegisters() {
        assertEquals(HartState.F, HartState.F_SLOT * 8);
        assertEquals(HartState.SINK, HartState.SINK_SLOT * 8);
        assertTrue(HartState.SINK >= HartState.SAVED_BYTES, "what is written to x0 is no state");
    }
}

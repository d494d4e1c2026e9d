package dev.retrovisor.machine.fuzz;

import dev.retrovisor.machine.EdgeValues;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/** Inputs of floating-point instructions: three of that kind and an integer; every combination of special values, then any. */
final class FloatOperands {
    /** As many as one run of the loop takes. */
    static final int BATCH = 4096;

    private static final long BOX = 0xFFFF_FFFF_0000_0000L;
    private static final int[] SINGLES = {
        0x0000_0000, 0x0000_0001, 0x0000_0002, 0x007F_FFFF, 0x0080_0000, 0x0080_0001, 0x00FF_FFFF, 0x0100_0000,
        0x3F00_0000, 0x3F7F_FFFF, 0x3F80_0000, 0x3F80_0001, 0x3FC0_0000, 0x4020_0000, 0x4B7F_FFFF, 0x4B80_0000,
        0x4EFF_FFFF, 0x4F00_0000, 0x4F80_0000, 0x5EFF_FFFF, 0x5F00_0000, 0x5F80_0000, 0x7F7F_FFFE, 0x7F7F_FFFF,
        0x7F80_0000, 0x7F80_0001, 0x7FBF_FFFF, 0x7FC0_0000, 0x7FC0_0001, 0x7FFF_FFFF
    };
    private static final long[] DOUBLES = {
        0x0000_0000_0000_0000L, 0x0000_0000_0000_0001L, 0x000F_FFFF_FFFF_FFFFL, 0x0010_0000_0000_0000L,
        0x0010_0000_0000_0001L, 0x36A0_0000_0000_0000L, 0x380F_FFFF_FFFF_FFFFL, 0x3810_0000_0000_0000L,
        0x3FDF_FFFF_FFFF_FFFFL, 0x3FE0_0000_0000_0000L, 0x3FEF_FFFF_FFFF_FFFFL, 0x3FF0_0000_0000_0000L,
        0x3FF0_0000_0000_0001L, 0x3FF8_0000_0000_0000L, 0x4004_0000_0000_0000L, 0x41DF_FFFF_FFC0_0000L,
        0x41DF_FFFF_FFE0_0000L, 0x41E0_0000_0000_0000L, 0x41EF_FFFF_FFF0_0000L, 0x41F0_0000_0000_0000L,
        0x433F_FFFF_FFFF_FFFFL, 0x43DF_FFFF_FFFF_FFFFL, 0x43E0_0000_0000_0000L, 0x43F0_0000_0000_0000L,
        0x47EF_FFFF_F000_0000L, 0x7FEF_FFFF_FFFF_FFFFL, 0x7FF0_0000_0000_0000L, 0x7FF0_0000_0000_0001L,
        0x7FF7_FFFF_FFFF_FFFFL, 0x7FF8_0000_0000_0000L, 0x7FF8_0000_0000_0001L, 0x7FFF_FFFF_FFFF_FFFFL
    };

    private final SplittableRandom random;
    private final EdgeValues values;
    private final boolean single;
    private final ByteBuffer batch =
            ByteBuffer.allocate(BATCH * FloatCase.INPUT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private int special;

    FloatOperands(long seed, boolean single) {
        random = new SplittableRandom(seed);
        values = new EdgeValues(random);
        this.single = single;
    }

    /** Special values, of both signs. */
    private int specials() {
        return 2 * (single ? SINGLES.length : DOUBLES.length);
    }

    private long special(int number) {
        int magnitude = number >>> 1;
        return single
                ? BOX | (SINGLES[magnitude] | number << 31) & 0xFFFF_FFFFL
                : DOUBLES[magnitude] | (long) number << 63;
    }

    /** The next inputs; the same array each time. Special pairs come first, each with a third value that changes. */
    byte[] next() {
        batch.clear();
        int count = specials();
        while (batch.hasRemaining()) {
            if (special < count * count) {
                batch.putLong(special(special % count)).putLong(special(special / count));
                batch.putLong(special(random.nextInt(count)));
                special++;
            } else {
                any();
            }
            batch.putLong(values.integer());
        }
        return batch.array();
    }

    private void any() {
        long first = value();
        long second = value();
        long third = value();
        switch (random.nextInt(8)) {
            case 0 -> second = single ? values.nearSingle(first) : values.nearDual(first);
            case 1 -> third = single ? values.nearProductSingle(first, second) : values.nearProductDual(first, second);
            default -> {
                // As they came.
            }
        }
        batch.putLong(first).putLong(second).putLong(third);
    }

    private long value() {
        if (random.nextInt(8) == 0) {
            return special(random.nextInt(specials()));
        }
        return single ? values.single() : values.dual();
    }
}

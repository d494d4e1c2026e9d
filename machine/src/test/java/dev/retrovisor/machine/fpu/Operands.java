package dev.retrovisor.machine.fpu;

import dev.retrovisor.machine.fpu.Exact.Shape;
import java.util.SplittableRandom;

/** Seeded operands that favour what goes wrong: the ends of each class, neighbours of powers of two, sparse significands. */
final class Operands {
    private final Shape shape;
    private final SplittableRandom random;
    private final long signBit;

    Operands(Shape shape, long seed) {
        this.shape = shape;
        this.random = new SplittableRandom(seed);
        this.signBit = shape == Shape.SINGLE ? 1L << 31 : 1L << 63;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    /** Any encoding. */
    long next() {
        long one = 1L << shape.fractionBits();
        long infinity = (2L * shape.maxExponent() + 1) << shape.fractionBits();
        long magnitude = switch (random.nextInt(16)) {
            case 0 -> 0;
            case 1 -> random.nextLong(one);
            case 2 -> random.nextInt(4);
            case 3 -> one - 2 + random.nextInt(4);
            case 4 -> infinity - 3 + random.nextInt(3);
            case 5 -> infinity;
            case 6 -> infinity + 1 + random.nextLong(one / 2 - 1);
            case 7 -> infinity + one / 2 + random.nextLong(one / 2);
            case 8, 9 -> Math.max(0, encode(field(), 0) - 2 + random.nextInt(5));
            case 10, 11 -> encode(field(), sparse());
            case 12, 13 -> encode(shape.maxExponent() + random.nextInt(-40, 70), sparse());
            default -> encode(field(), random.nextLong(one));
        };
        return random.nextBoolean() ? magnitude : magnitude | signBit;
    }

    /** An operand for which {@code a + b} or {@code a * b + c}, of which the other part is {@code near}, may cancel or tie. */
    long near(long near) {
        long one = 1L << shape.fractionBits();
        int distance = random.nextInt(-shape.fractionBits() - 3, shape.fractionBits() + 4);
        long field = ((near & ~signBit) >>> shape.fractionBits()) + (random.nextInt(3) == 0 ? 0 : distance);
        long clamped = Math.clamp(field, 0, 2L * shape.maxExponent());
        long fraction = switch (random.nextInt(4)) {
            case 0 -> near & (one - 1);
            case 1 -> (near + random.nextInt(-2, 3)) & (one - 1);
            case 2 -> sparse();
            default -> random.nextLong(one);
        };
        long magnitude = clamped << shape.fractionBits() | fraction;
        return random.nextBoolean() ? magnitude : magnitude | signBit;
    }

    /** A 64-bit integer: a few bits anywhere, or the neighbour of a power of two. */
    long integer() {
        long bits = random.nextLong() >>> random.nextInt(64);
        return switch (random.nextInt(4)) {
            case 0 -> bits;
            case 1 -> -bits;
            case 2 -> Long.rotateLeft(1, random.nextInt(64)) + random.nextInt(-2, 3);
            default -> Long.rotateLeft(bits, random.nextInt(64)) & -1L << random.nextInt(64);
        };
    }

    private int field() {
        return random.nextInt(2 * shape.maxExponent() + 1);
    }

    /** A fraction of few leading bits, or few zeros, sometimes with a lone bit at the end. */
    private long sparse() {
        long one = 1L << shape.fractionBits();
        long leading = random.nextLong(one) & -one >> random.nextInt(shape.fractionBits());
        long fraction = random.nextBoolean() ? leading : ~leading;
        return (random.nextInt(4) == 0 ? fraction ^ 1 : fraction) & (one - 1);
    }

    private long encode(int field, long fraction) {
        return ((long) field << shape.fractionBits()) + fraction;
    }
}

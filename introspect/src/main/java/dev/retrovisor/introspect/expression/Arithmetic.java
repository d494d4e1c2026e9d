package dev.retrovisor.introspect.expression;

import dev.retrovisor.introspect.types.CType;

/** C's operators on numbers of 64 bits: unsigned if one of the two is of 64 bits and unsigned; pointers count in elements. */
final class Arithmetic {
    private Arithmetic() {}

    /** @throws ArithmeticException if it divides by zero */
    static Value binary(String operator, Value left, long a, Value right, long b) {
        boolean unsigned = isUnsigned(left.type()) || isUnsigned(right.type());
        return switch (operator) {
            case "==" -> truth(a == b);
            case "!=" -> truth(a != b);
            case "<" -> truth(compare(unsigned, a, b) < 0);
            case "<=" -> truth(compare(unsigned, a, b) <= 0);
            case ">" -> truth(compare(unsigned, a, b) > 0);
            case ">=" -> truth(compare(unsigned, a, b) >= 0);
            case "+" -> sum(left, a, right, b, unsigned);
            case "-" -> difference(left, a, right, b, unsigned);
            case "*" -> number(unsigned, a * b);
            case "/" -> number(unsigned, unsigned ? Long.divideUnsigned(a, b) : a / b);
            case "%" -> number(unsigned, unsigned ? Long.remainderUnsigned(a, b) : a % b);
            case "&" -> number(unsigned, a & b);
            case "|" -> number(unsigned, a | b);
            case "^" -> number(unsigned, a ^ b);
            case "<<" -> number(isUnsigned(left.type()), shifted(b) ? a << b : 0);
            case ">>" -> {
                boolean logical = isUnsigned(left.type());
                yield number(logical, shifted(b) ? logical ? a >>> b : a >> b : logical || a >= 0 ? 0 : -1);
            }
            default -> throw new IllegalStateException("no operator " + operator);
        };
    }

    private static boolean shifted(long bits) {
        return bits >= 0 && bits < 64;
    }

    private static int compare(boolean unsigned, long a, long b) {
        return unsigned ? Long.compareUnsigned(a, b) : Long.compare(a, b);
    }

    private static Value sum(Value left, long a, Value right, long b, boolean unsigned) {
        long leftStep = elementBytes(left.type());
        long rightStep = elementBytes(right.type());
        if (leftStep != 0 && rightStep == 0) {
            return new Value.Plain(asPointer(left.type()), a + b * leftStep);
        }
        return rightStep != 0 && leftStep == 0
                ? new Value.Plain(asPointer(right.type()), b + a * rightStep)
                : number(unsigned, a + b);
    }

    private static Value difference(Value left, long a, Value right, long b, boolean unsigned) {
        long leftStep = elementBytes(left.type());
        long rightStep = elementBytes(right.type());
        if (leftStep != 0 && rightStep == 0) {
            return new Value.Plain(asPointer(left.type()), a - b * leftStep);
        }
        return leftStep != 0 && leftStep == rightStep ? Value.ofLong((a - b) / leftStep) : number(unsigned, a - b);
    }

    private static CType asPointer(CType type) {
        return type instanceof CType.Array array ? new CType.Pointer(array::element) : type;
    }

    /** How much one more means; 0 for what is no pointer. */
    private static long elementBytes(CType type) {
        return switch (type) {
            case CType.Pointer pointer -> Math.max(1, pointer.target().get().sizeBytes());
            case CType.Array array -> Math.max(1, array.element().sizeBytes());
            case CType.Void _,
                    CType.Scalar _,
                    CType.Floating _,
                    CType.Enumerated _,
                    CType.Struct _,
                    CType.Incomplete _,
                    CType.Function _ -> 0;
        };
    }

    static boolean isFunctionPointer(Value.Plain value) {
        return value.type() instanceof CType.Pointer pointer
                && (pointer.target().get() instanceof CType.Function
                        || pointer.target().get() instanceof CType.Void);
    }

    private static boolean isUnsigned(CType type) {
        return switch (type) {
            case CType.Scalar scalar -> scalar.sizeBytes() >= 8 && !scalar.signed();
            case CType.Pointer _, CType.Array _, CType.Void _ -> true;
            case CType.Enumerated _, CType.Floating _, CType.Struct _, CType.Incomplete _, CType.Function _ -> false;
        };
    }

    /** A number as wide as C makes of an operand. */
    static Value like(Value operand, long number) {
        return number(isUnsigned(operand.type()), number);
    }

    private static Value number(boolean unsigned, long number) {
        return unsigned ? Value.ofBits(number) : Value.ofLong(number);
    }

    private static Value truth(boolean holds) {
        return Value.ofLong(holds ? 1 : 0);
    }
}

package dev.retrovisor.machine.isa;

import dev.retrovisor.machine.event.HartRegister;
import dev.retrovisor.machine.hart.CsrNames;
import java.util.List;
import java.util.Optional;

/** Names of the registers, as assembly writes them. */
public final class Registers {
    private static final List<String> INTEGER = List.of(
            ("zero ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6")
                    .split(" "));
    private static final List<String> FLOAT = List.of(
            ("ft0 ft1 ft2 ft3 ft4 ft5 ft6 ft7 fs0 fs1 fa0 fa1 fa2 fa3 fa4 fa5 fa6 fa7 fs2 fs3 fs4 fs5 fs6 fs7 fs8 fs9"
                            + " fs10 fs11 ft8 ft9 ft10 ft11")
                    .split(" "));

    private Registers() {}

    /** The ABI's name of integer register {@code number}, 0 to 31. */
    public static String integerName(int number) {
        return INTEGER.get(number);
    }

    /** The ABI's name of floating-point register {@code number}, 0 to 31. */
    public static String floatName(int number) {
        return FLOAT.get(number);
    }

    /** The number of an integer register by its ABI name, {@code fp} or {@code x0} to {@code x31}; -1 if it is none. */
    public static int integerNumber(String name) {
        return name.equals("fp") ? 8 : number(name, "x", INTEGER);
    }

    /** The number of a floating-point register by its ABI name or {@code f0} to {@code f31}; -1 if it is none. */
    public static int floatNumber(String name) {
        return number(name, "f", FLOAT);
    }

    /** A register that can be set, by any of its names: also {@code pc}, {@code priv} and those of CSRs. */
    public static Optional<HartRegister> settable(String name) {
        if (name.equals("pc")) {
            return Optional.of(HartRegister.PC);
        }
        if (name.equals("priv")) {
            return Optional.of(HartRegister.PRIVILEGE);
        }
        int integer = integerNumber(name);
        if (integer > 0) {
            return Optional.of(new HartRegister.Integer(integer));
        }
        int floating = floatNumber(name);
        if (floating >= 0) {
            return Optional.of(new HartRegister.Float(floating));
        }
        int csr = CsrNames.number(name);
        return csr < 0 ? Optional.empty() : Optional.of(new HartRegister.Csr(csr));
    }

    /** The name of a register as {@link #settable} takes it. */
    public static String name(HartRegister register) {
        return switch (register) {
            case HartRegister.Integer(int index) -> integerName(index);
            case HartRegister.Float(int index) -> floatName(index);
            case HartRegister.Csr(int number) -> {
                String name = CsrNames.name(number);
                yield name == null ? "csr 0x%x".formatted(number) : name;
            }
            case HartRegister.Pc _ -> "pc";
            case HartRegister.Privilege _ -> "priv";
        };
    }

    private static int number(String name, String prefix, List<String> names) {
        if (name.matches(prefix + "([0-9]|[12][0-9]|3[01])")) {
            return Integer.parseInt(name.substring(1));
        }
        return names.indexOf(name);
    }
}

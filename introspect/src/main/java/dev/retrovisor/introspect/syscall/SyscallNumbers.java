package dev.retrovisor.introspect.syscall;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.symbols.Symbol;
import dev.retrovisor.introspect.syscall.Signature.Condition;
import dev.retrovisor.introspect.syscall.Signature.Outcome;
import dev.retrovisor.introspect.syscall.Signature.Parameter;
import java.util.ArrayList;
import java.util.List;

/**
 * Which call a number is in one kernel. The headers' numbers come first; a newer kernel's calls have their names from its own
 * table of functions, and those that {@link SyscallTable} doesn't know their parameters from what the kernel keeps for
 * its tracer, if it does.
 */
final class SyscallNumbers {
    private static final String FUNCTION_PREFIX = "__riscv_sys_";
    private static final String NOT_IMPLEMENTED = FUNCTION_PREFIX + "ni_syscall";
    private static final int MOST_CALLS = 4096;
    private static final int MOST_KEPT = 1024;
    private static final int MOST_NAME_BYTES = 64;

    private final KernelView kernel;
    private final SyscallTable table;
    private final NameSet numbers;
    private final Signature[][] known = new Signature[MOST_KEPT][];

    SyscallNumbers(KernelView kernel, SyscallTable table) {
        this.kernel = kernel;
        this.table = table;
        numbers = table.uapi().set("syscalls");
    }

    /** How a call is written that was made with these arguments. */
    Signature signature(int number, long[] arguments) {
        Signature[] signatures = number >= 0 && number < known.length ? known[number] : null;
        if (signatures == null) {
            signatures = find(number).toArray(Signature[]::new);
            if (number >= 0 && number < known.length) {
                known[number] = signatures;
            }
        }
        for (Signature signature : signatures) {
            if (signature.fits(arguments)) {
                return signature;
            }
        }
        return raw(signatures[0].name());
    }

    private List<Signature> find(int number) {
        String name = name(number);
        List<Signature> signatures = table.named(name);
        if (!signatures.isEmpty()) {
            return signatures;
        }
        return List.of(
                kernel.tolerate("system calls", () -> traced(number, name)).orElseGet(() -> raw(name)));
    }

    private String name(int number) {
        String name = numbers.exact(number);
        if (name != null) {
            return name;
        }
        String function = number >= 0 && number < MOST_CALLS && kernel.symbols().has("sys_call_table")
                ? kernel.tolerate("system calls", () -> function(number)).orElse("")
                : "";
        boolean isCall = function.startsWith(FUNCTION_PREFIX) && !function.equals(NOT_IMPLEMENTED);
        return isCall ? function.substring(FUNCTION_PREFIX.length()) : "syscall_0x" + Integer.toHexString(number);
    }

    /** The function that the kernel calls for a number, or empty behind the table's end. */
    private String function(int number) {
        long first = kernel.symbols().address("sys_call_table");
        long entry = first + 8L * number;
        if (kernel.symbols().next(first).orElse(entry) <= entry) {
            return "";
        }
        return kernel.symbols()
                .at(kernel.space().readLong(entry))
                .map(Symbol::name)
                .orElse("");
    }

    /** What the kernel keeps for CONFIG_FTRACE_SYSCALLS, or null. */
    private Signature traced(int number, String name) {
        boolean isKept = kernel.symbols().has("syscalls_metadata")
                && kernel.types().findStruct("syscall_metadata").isPresent()
                && number >= 0
                && !name.startsWith("syscall_0x");
        long metadata = isKept ? kernel.space().readLong(kernel.globalLong("syscalls_metadata") + 8L * number) : 0;
        if (metadata == 0) {
            return null;
        }
        KernelObject call = kernel.object("syscall_metadata", metadata);
        AddressSpace space = kernel.space();
        int count = Math.clamp(call.getInt("nb_args"), 0, SyscallTable.REGISTERS);
        List<Parameter> parameters = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String type = space.readString(space.readLong(call.get("types") + 8L * i), MOST_NAME_BYTES);
            String parameter = space.readString(space.readLong(call.get("args") + 8L * i), MOST_NAME_BYTES);
            parameters.add(new Parameter(parameter, i, false, kind(type, parameter), Condition.NONE));
        }
        return new Signature(name, parameters, new Outcome.Number());
    }

    private Kind kind(String type, String parameter) {
        String words = type.replace("const ", "").strip();
        String kind = switch (words) {
            case "int" -> parameter.endsWith("fd") ? "fd" : "int";
            case "unsigned int", "unsigned", "u32", "__u32" -> parameter.endsWith("fd") ? "fd" : "uint";
            case "pid_t", "clockid_t", "key_t", "timer_t" -> "int";
            case "size_t" -> "ulong";
            case "long", "off_t", "loff_t" -> "long";
            case "umode_t" -> "octal";
            case "uid_t", "gid_t" -> "id";
            case "char *" -> parameter.contains("name") || parameter.contains("path") ? "path" : "ptr";
            case "struct __kernel_timespec *" -> "&timespec";
            default -> words.endsWith("*") ? "ptr" : "hex";
        };
        return table.kinds().parse(kind, List.of());
    }

    private static Signature raw(String name) {
        List<Parameter> parameters = new ArrayList<>();
        for (int i = 0; i < SyscallTable.REGISTERS; i++) {
            parameters.add(new Parameter("a" + i, i, false, Scalar.HEX, Condition.NONE));
        }
        return new Signature(name, parameters, new Outcome.Number());
    }
}

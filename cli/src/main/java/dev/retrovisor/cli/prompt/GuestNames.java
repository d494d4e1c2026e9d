package dev.retrovisor.cli.prompt;

import dev.retrovisor.introspect.elf.ProcessImages;
import dev.retrovisor.introspect.expression.Names;
import dev.retrovisor.introspect.expression.Value;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.Task;
import dev.retrovisor.introspect.linux.UserMemory;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.types.CType;
import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.hart.CsrNames;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.isa.Registers;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** What expressions may name at the prompt: registers, the user's variables, symbols of the program. */
final class GuestNames implements Names {
    private static final List<String> OWN = List.of("pc", "step", "time", "hart", "mode");

    private final Machine machine;
    private final KernelView kernel;
    private final int hart;
    private final Variables variables;
    private final Optional<Task> thread;
    private final Supplier<Optional<ProcessImages>> images;

    /**
     * @param thread that {@code current} means
     * @param images the files of its program
     */
    GuestNames(
            Machine machine,
            KernelView kernel,
            int hart,
            Variables variables,
            Optional<Task> thread,
            Supplier<Optional<ProcessImages>> images) {
        this.machine = machine;
        this.kernel = kernel;
        this.hart = hart;
        this.variables = variables;
        this.thread = thread;
        this.images = images;
    }

    @Override
    public Optional<Value> variable(String name) {
        return register(name).or(() -> variables.find(name));
    }

    private Optional<Value> register(String name) {
        HartState state = machine.hart(hart);
        int integer = Registers.integerNumber(name);
        if (integer >= 0) {
            return Optional.of(Value.ofLong(state.x(integer)));
        }
        int floating = Registers.floatNumber(name);
        if (floating >= 0) {
            return Optional.of(new Value.Plain(new CType.Floating("double", 8), state.f(floating)));
        }
        return switch (name) {
            case "pc" -> Optional.of(Value.pointer(new CType.Void(), state.pc()));
            case "step" -> Optional.of(Value.ofLong(machine.steps()));
            case "time" -> Optional.of(Value.ofLong(machine.virtualNanos()));
            case "hart" -> Optional.of(Value.ofLong(hart));
            case "mode" -> Optional.of(Value.ofLong(state.get(HartState.PRIVILEGE)));
            default -> {
                int csr = CsrNames.number(name);
                yield csr < 0 ? Optional.empty() : Optional.of(Value.ofBits(machine.csr(hart, csr)));
            }
        };
    }

    @Override
    public Collection<String> variables() {
        return registersAnd(variables);
    }

    /** All names behind a dollar. */
    static List<String> registersAnd(Variables variables) {
        var names = new ArrayList<>(OWN);
        for (int i = 0; i < 32; i++) {
            names.add(Registers.integerName(i));
            names.add(Registers.floatName(i));
        }
        for (int number = 0; number < 4096; number++) {
            String csr = CsrNames.name(number);
            if (csr != null) {
                names.add(csr);
            }
        }
        names.addAll(variables.all().keySet());
        return names;
    }

    @Override
    public Optional<Value> word(String name) {
        return images.get().stream()
                .flatMap(found -> found.images().stream())
                .map(image -> image.address(name))
                .filter(OptionalLong::isPresent)
                .findFirst()
                .map(address -> Value.pointer(new CType.Void(), address.getAsLong()));
    }

    @Override
    public long currentTask() {
        return thread.map(Task::address).orElse(0L);
    }

    @Override
    public int cpu() {
        return Guest.tolerant(() -> thread.map(Task::cpu)).orElse(hart);
    }

    @Override
    public Optional<AddressSpace> userSpace() {
        return thread.flatMap(Task::memory).map(UserMemory::space);
    }

    /** For conditions, which are asked where the machine comes by: of the thread that a hart runs there. */
    static GuestNames atStop(Machine machine, KernelView kernel, int hart, Variables variables) {
        Optional<Task> running = Guest.tolerant(() -> kernel.hasStarted()
                ? kernel.currentTask(hart).map(object -> new Task(kernel, object))
                : Optional.empty());
        return new GuestNames(machine, kernel, hart, variables, running, Optional::empty);
    }
}

package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.UserMistake;
import dev.retrovisor.introspect.elf.ProcessImages;
import dev.retrovisor.introspect.expression.Evaluator;
import dev.retrovisor.introspect.expression.Expression;
import dev.retrovisor.introspect.expression.Value;
import dev.retrovisor.introspect.kernel.KernelFacts;
import dev.retrovisor.introspect.kernel.KernelFactsCache;
import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.kernel.MachineView;
import dev.retrovisor.introspect.kernel.NoKernelException;
import dev.retrovisor.introspect.linux.KernelCode;
import dev.retrovisor.introspect.linux.Task;
import dev.retrovisor.introspect.linux.Tasks;
import dev.retrovisor.introspect.linux.UserMemory;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.introspect.symbols.MissingSymbolException;
import dev.retrovisor.introspect.types.CType;
import dev.retrovisor.introspect.types.MissingTypeException;
import dev.retrovisor.machine.Machine;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * The guest where the machine stands, with the eyes of one of its harts, or of a process that the user chose. What is found is
 * kept until the machine moves: {@link #moved}.
 */
final class Guest {
    /** Folder in a trace for what was once found in its guest, which can be found again. */
    private static final String CACHE = "introspect";

    /** Between two looks for a kernel that firmware or a boot loader has yet to bring. */
    private static final long SEARCH_STEPS = 50_000_000;

    private final Machine machine;
    private final MachineView view;
    private final KernelFactsCache cache;
    private final UnaryOperator<KernelFacts> completed;
    private final Variables variables;
    private final ProcessImages.Cache files = new ProcessImages.Cache();
    private KernelFacts facts;
    private long searchedAt = -1;
    private int hart;
    private int chosenPid;

    // Of this position.
    private KernelView kernel;
    private KernelCode code;
    private Optional<Task> thread;
    private Optional<ProcessImages> images;

    /**
     * @param completed adds what the user has of the kernel's types
     * @param notes is told in words what is wrong with kept files
     */
    Guest(
            Path trace,
            Machine machine,
            UnaryOperator<KernelFacts> completed,
            Variables variables,
            Consumer<String> notes) {
        this.machine = machine;
        this.completed = completed;
        this.variables = variables;
        view = MachineView.of(machine);
        cache = new KernelFactsCache(trace.resolve(CACHE), notes);
    }

    Machine machine() {
        return machine;
    }

    /** The machine stands elsewhere: nothing of what was seen counts any more. */
    void moved() {
        kernel = null;
        code = null;
        thread = null;
        images = null;
    }

    int hart() {
        return hart;
    }

    void look(int newHart) {
        hart = newHart;
        moved();
    }

    /** The number of the process that the user chose; 0 for whichever the hart runs. */
    int chosenPid() {
        return chosenPid;
    }

    void choose(int pid) {
        chosenPid = pid;
        moved();
    }

    /**
     * The guest's Linux.
     *
     * @throws NoKernelException if there is none here
     */
    KernelView kernel() {
        if (kernel == null) {
            if (facts == null) {
                facts = completed.apply(cache.find(view));
            }
            kernel = new KernelView(facts, view);
        }
        return kernel;
    }

    /** The same, once it runs, with a record of damage of its own. */
    KernelView startedKernel() {
        KernelView started = kernel().on(view);
        if (!started.hasStarted()) {
            throw new NoKernelException("Linux %s lies in memory here and has not started yet: go on, as with 'go 50%%'"
                    .formatted(started.facts().release()));
        }
        return started;
    }

    /** Whether Linux was found somewhere and runs here; never searches. */
    boolean isLinuxKnown() {
        return facts != null && kernel().hasStarted();
    }

    /** Whether Linux is here and runs; where it was not found, searches again once the machine is far from there. */
    boolean hasLinux() {
        if (facts == null) {
            if (searchedAt >= 0 && Math.abs(view.step() - searchedAt) < SEARCH_STEPS) {
                return false;
            }
            searchedAt = view.step();
            try {
                kernel();
            } catch (NoKernelException _) {
                return false;
            }
        }
        return isLinuxKnown();
    }

    /** What lies at the kernel's addresses. */
    KernelCode code() {
        if (code == null) {
            code = new KernelCode(kernel());
        }
        return code;
    }

    /** The thread that is looked at: that of the process that was chosen, else the one that the hart runs. */
    Optional<Task> thread() {
        if (thread == null) {
            thread = tolerant(this::findThread);
        }
        return thread;
    }

    private Optional<Task> findThread() {
        if (!hasLinux()) {
            return Optional.empty();
        }
        if (chosenPid != 0) {
            return new Tasks(kernel()).withPid(chosenPid);
        }
        return kernel().currentTask(hart).map(object -> new Task(kernel(), object));
    }

    /** The memory of its process. */
    Optional<UserMemory> userMemory() {
        return thread().flatMap(task -> tolerant(task::memory));
    }

    /** The program's files of its process. */
    Optional<ProcessImages> images() {
        if (images == null) {
            images = userMemory()
                    .flatMap(memory -> tolerant(() -> Optional.of(new ProcessImages(kernel(), memory, files))));
        }
        return images;
    }

    /** What something gives, or nothing where the guest's memory does not have it. */
    static <T> Optional<T> tolerant(Supplier<Optional<T>> question) {
        try {
            return question.get();
        } catch (MemoryFault | MissingTypeException | MissingSymbolException _) {
            return Optional.empty();
        }
    }

    /** {@code do_wait+0x64}, {@code main+0x1c (/bin/sh)}; empty if nothing is known of the address. */
    String symbolAt(long address) {
        if (!hasLinux()) {
            return facts == null || address >= 0 ? "" : named(kernel().symbols().describe(address));
        }
        return address < 0
                ? tolerant(() -> code().at(address))
                        .map(KernelCode.Place::toString)
                        .orElse("")
                : images().map(found -> found.describe(address).toString())
                        .map(Guest::named)
                        .orElse("");
    }

    private static String named(String text) {
        return text.startsWith("0x") ? "" : text;
    }

    /** The space of an address, for reading bytes. */
    AddressSpace space(long address) {
        return evaluator().memory().space(address);
    }

    /** A view of memory for code at an address, also without a kernel. */
    AddressSpace codeSpace(long address) {
        if (!hasLinux()) {
            long satp = view.hart(hart).satp();
            var physical = new AddressSpace.Flat(
                    view.memory().base(), view.memory().base() + view.memory().sizeBytes(), 0);
            return new AddressSpace(view.memory(), satp, satp == 0 ? physical : AddressSpace.Flat.NONE);
        }
        return address < 0
                ? kernel().space()
                : images().map(ProcessImages::space)
                        .orElseThrow(() -> new MemoryFault(address, "no process has this address here"));
    }

    Evaluator evaluator() {
        return new Evaluator(kernel(), names());
    }

    private GuestNames names() {
        return new GuestNames(machine, kernel(), hart, variables, thread(), this::images);
    }

    /** Reads an expression; words that are no types of this kernel's are taken for names. */
    Expression parse(String text) {
        return Expression.parse(
                text,
                word -> facts != null && kernel().types().findTypedef(word).isPresent());
    }

    Value evaluate(String text) {
        kernel();
        return evaluator().evaluate(parse(text));
    }

    /** A condition for where the machine will be. */
    StopCondition condition(String text) {
        kernel();
        return new StopCondition(machine, kernel().on(view), parse(text), variables);
    }

    /**
     * An address as the user gives it: a number, a symbol, or an expression whose value it is; of what is no number, where it
     * lies.
     */
    long address(String text) {
        if (text.matches("0[xX][0-9a-fA-F]{1,16}")) {
            return Long.parseUnsignedLong(text.substring(2), 16);
        }
        Value value = evaluate(text);
        return switch (value) {
            case Value.Plain plain -> plain.bits();
            case Value.Text _ -> throw new UserMistake("a text has no address: '%s'".formatted(text));
            case Value.Place place -> {
                boolean isNumber = !(place.type() instanceof CType.Struct) && !place.isUntyped();
                yield isNumber ? evaluator().memory().number(place).orElse(place.address()) : place.address();
            }
        };
    }

    /**
     * A piece of memory as the user gives it.
     *
     * @param lengthBytes 0 if nobody says
     */
    record Piece(long address, long lengthBytes) {}

    /** A piece of memory: what an expression names in memory, or what lies at the address that it gives. */
    Piece piece(String text) {
        if (text.matches("0[xX][0-9a-fA-F]{1,16}")) {
            return new Piece(address(text), 0);
        }
        return switch (evaluate(text)) {
            case Value.Plain plain -> new Piece(plain.bits(), 0);
            case Value.Text _ -> throw new UserMistake("a text has no address: '%s'".formatted(text));
            case Value.Place place -> new Piece(place.address(), place.sizeBytes());
        };
    }

    /** The physical address behind a virtual one; RAM's own addresses, where nothing virtual has them, are themselves. */
    long physical(long address) {
        AddressSpace space = codeSpaceOrPhysical(address);
        long physical = space.translate(address);
        if (physical == AddressSpace.UNMAPPED) {
            throw new UserMistake("0x%x: nothing is mapped there".formatted(address));
        }
        return physical;
    }

    private AddressSpace codeSpaceOrPhysical(long address) {
        Optional<UserMemory> memory = address < 0 ? Optional.empty() : userMemory();
        boolean isPhysical = address >= 0
                && view.memory().contains(address, 1)
                && memory.map(user -> !user.space().isMapped(address)).orElse(true);
        if (isPhysical) {
            var ram = new AddressSpace.Flat(
                    view.memory().base(), view.memory().base() + view.memory().sizeBytes(), 0);
            return new AddressSpace(view.memory(), 0, ram);
        }
        return address < 0 && hasLinux() ? kernel().space() : space(address);
    }

    /** A task by number or name. */
    Task process(String text) {
        var tasks = new Tasks(startedKernel());
        Optional<Task> found = text.matches("[0-9]{1,9}")
                ? tasks.withPid(Integer.parseInt(text))
                : tasks.processes().filter(task -> task.name().equals(text)).findFirst();
        return found.orElseThrow(
                () -> new UserMistake("there is no process '%s' here: 'pslist' lists them".formatted(text)));
    }

    MachineView view() {
        return view;
    }

    /** The structure at an address of the kernel's. */
    KernelObject object(String struct, long address) {
        return kernel().object(struct, address);
    }
}

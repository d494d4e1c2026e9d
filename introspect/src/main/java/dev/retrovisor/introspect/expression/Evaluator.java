package dev.retrovisor.introspect.expression;

import dev.retrovisor.introspect.expression.Expression.Node;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.Task;
import dev.retrovisor.introspect.linux.Tasks;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.introspect.symbols.Symbol;
import dev.retrovisor.introspect.syntax.SyntaxException;
import dev.retrovisor.introspect.types.CType;
import dev.retrovisor.introspect.types.Field;
import dev.retrovisor.introspect.types.StructLayout;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Says what expressions are at the moment at which a machine stands. */
public final class Evaluator {
    /** The functions that expressions may call, with what they give. */
    public static final Map<String, String> FUNCTIONS = new TreeMap<>(Map.of(
            "task(PID)", "the task_struct of a thread, by its number",
            "per_cpu(SYMBOL, CPU)", "a CPU's own copy of a per-CPU variable",
            "container_of(POINTER, TYPE, MEMBER)", "the structure around a member",
            "physical(ADDRESS)", "the physical address behind a virtual one"));

    private static final int LONGEST_ARRAY = 1 << 20;
    private static final int LONGEST_TEXT = 4096;
    private static final int NEAR_LETTERS = 2;

    private final KernelView kernel;
    private final Names names;
    private final Memory memory;

    public Evaluator(KernelView kernel, Names names) {
        this.kernel = kernel;
        this.names = names;
        memory = new Memory(kernel, names);
    }

    /** How values lie in memory. */
    public Memory memory() {
        return memory;
    }

    /**
     * What an expression is now.
     *
     * @throws SyntaxException if its words or types make no sense on this kernel
     * @throws MemoryFault if memory that it needs is not there
     */
    public Value evaluate(Expression expression) {
        return new Run(expression.text()).value(expression.root());
    }

    /** An expression as a condition: whether it is not zero. */
    public boolean holds(Expression expression) {
        var run = new Run(expression.text());
        return run.number(expression.root()) != 0;
    }

    /** An expression as a number. */
    public long number(Expression expression) {
        return new Run(expression.text()).number(expression.root());
    }

    /** The evaluation of one text. */
    private final class Run {
        private final String text;

        Run(String text) {
            this.text = text;
        }

        private SyntaxException mistake(Node at, String message) {
            return new SyntaxException(text, at.at(), message);
        }

        Value value(Node node) {
            return switch (node) {
                case Expression.Number number ->
                    number.isUnsigned() ? Value.ofBits(number.value()) : Value.ofLong(number.value());
                case Expression.Text quoted -> new Value.Text(quoted.text());
                case Expression.Name name -> named(name);
                case Expression.Variable variable -> variable(variable);
                case Expression.Unary unary -> unary(unary);
                case Expression.Binary binary -> binary(binary);
                case Expression.Conditional(int _, Node condition, Node yes, Node no) ->
                    value(number(condition) != 0 ? yes : no);
                case Expression.Member member -> member(member);
                case Expression.Index(int _, Node array, Node index) -> element(array, number(index));
                case Expression.Cast cast -> cast(cast);
                case Expression.SizeOf(int _, TypeName type) ->
                    Value.ofBits(type(node, type).sizeBytes());
                case Expression.Call call -> call(call);
                case Expression.TypeArgument type -> throw mistake(type, "a value is expected, not a type");
            };
        }

        /** A value's number; an array's is its address, as in C. */
        long number(Node node) {
            return number(node, value(node));
        }

        private long number(Node node, Value value) {
            return switch (value) {
                case Value.Plain plain -> memory.extended(plain.type(), plain.bits());
                case Value.Text _ -> throw mistake(node, "a text is no number: compare it with == or !=");
                case Value.Place place -> {
                    if (place.isUntyped() || place.type() instanceof CType.Array) {
                        yield place.address();
                    }
                    yield memory.number(place)
                            .orElseThrow(() -> mistake(
                                    node, "%s is no number: name a member".formatted(TypeText.of(place.type()))));
                }
            };
        }

        private CType type(Node at, TypeName name) {
            return name.find(kernel.types())
                    .orElseThrow(() -> new SyntaxException(
                            text,
                            name.at(),
                            kernel.types().isEmpty()
                                    ? "the kernel was built without BTF: its types are not known"
                                    : "the kernel has no type '%s'".formatted(name),
                            name.words().getLast(),
                            kernel.types()
                                    .structs()
                                    .map(StructLayout::name)
                                    .filter(each -> mayBeMeant(name.words().getLast(), each))
                                    .toList()));
        }

        private Value named(Expression.Name node) {
            String name = node.name();
            if (name.equals("current")) {
                if (names.currentTask() == 0) {
                    throw mistake(node, "no thread runs here: the hart is not in the kernel's hands");
                }
                return Value.pointer(struct(node, "task_struct"), names.currentTask());
            }
            OptionalLong address = kernel.symbols().find(name);
            if (address.isPresent()) {
                return symbol(name, address.getAsLong());
            }
            Optional<Value> other =
                    kernel.types().findConstant(name).map(Value::ofLong).or(() -> names.word(name));
            return other.orElseThrow(() -> new SyntaxException(
                    text,
                    node.at(),
                    "the guest's kernel has no symbol '%s'".formatted(name),
                    name,
                    kernel.symbols()
                            .all()
                            .map(Symbol::name)
                            .filter(each -> mayBeMeant(name, each))
                            .toList()));
        }

        private Value symbol(String name, long address) {
            Optional<CType> type = KernelVariables.type(kernel.types(), name);
            long start = isPerCpu(address) && kernel.hasStarted() ? kernel.perCpu(names.cpu(), address) : address;
            if (type.isPresent()) {
                return new Value.Place(type.get(), start);
            }
            boolean isText = kernel.symbols().at(address).map(Symbol::isText).orElse(false);
            if (isText) {
                return kernel.types()
                        .findFunction(name)
                        .map(prototype -> Value.pointer(new CType.Function(prototype), address))
                        .orElseGet(() -> Value.pointer(new CType.Void(), address));
            }
            return new Value.Place(new CType.Void(), start);
        }

        private boolean isPerCpu(long address) {
            OptionalLong first = kernel.symbols().find("__per_cpu_start");
            OptionalLong end = kernel.symbols().find("__per_cpu_end");
            return first.isPresent()
                    && end.isPresent()
                    && Long.compareUnsigned(address, first.getAsLong()) >= 0
                    && Long.compareUnsigned(address, end.getAsLong()) < 0;
        }

        private Value variable(Expression.Variable node) {
            return names.variable(node.name())
                    .orElseThrow(() -> new SyntaxException(
                            text,
                            node.at(),
                            "there is no register or variable $" + node.name(),
                            node.name(),
                            List.copyOf(names.variables())));
        }

        private CType struct(Node at, String name) {
            return kernel.types()
                    .findStruct(name)
                    .<CType>map(CType.Struct::new)
                    .orElseThrow(() -> mistake(at, "the kernel says nothing of its struct " + name));
        }

        private Value unary(Expression.Unary node) {
            Value operand = value(node.operand());
            return switch (node.operator()) {
                case "&" -> addressOf(node, operand);
                case "*" -> pointed(node, operand);
                case "sizeof" -> Value.ofBits(operand.type().sizeBytes());
                case "!" -> Value.ofLong(number(node, operand) == 0 ? 1 : 0);
                case "-" -> Arithmetic.like(operand, -number(node, operand));
                case "~" -> Arithmetic.like(operand, ~number(node, operand));
                default -> Arithmetic.like(operand, number(node, operand));
            };
        }

        private Value addressOf(Node at, Value operand) {
            return switch (operand) {
                case Value.Place place when place.bitSize() == 0 -> Value.pointer(place.type(), place.address());
                case Value.Plain plain when Arithmetic.isFunctionPointer(plain) -> plain;
                case Value.Place _ -> throw mistake(at, "a bit field has no address");
                case Value.Plain _, Value.Text _ -> throw mistake(at, "only what lies in memory has an address");
            };
        }

        private Value pointed(Node at, Value operand) {
            long address = number(at, operand);
            return switch (operand.type()) {
                case CType.Pointer pointer -> place(at, pointer.target().get(), address);
                case CType.Array array -> new Value.Place(array.element(), address);
                case CType.Scalar _, CType.Enumerated _ -> new Value.Place(TypeName.UNSIGNED_LONG, address);
                case CType.Void _ ->
                    throw mistake(at, "nobody says what this points to: cast it, as in *(unsigned int *)");
                case CType.Struct _, CType.Floating _, CType.Incomplete _, CType.Function _ ->
                    throw mistake(at, "%s is no pointer".formatted(TypeText.of(operand.type())));
            };
        }

        private Value place(Node at, CType type, long address) {
            return switch (type) {
                case CType.Function _ -> Value.pointer(type, address);
                case CType.Incomplete incomplete ->
                    throw mistake(at, "the kernel says nothing of its struct " + incomplete.name());
                case CType.Void _ ->
                    throw mistake(at, "nobody says what this points to: cast it, as in *(unsigned int *)");
                case CType.Scalar _,
                        CType.Floating _,
                        CType.Enumerated _,
                        CType.Pointer _,
                        CType.Array _,
                        CType.Struct _ -> new Value.Place(type, address);
            };
        }

        private Value member(Expression.Member node) {
            Value object = value(node.object());
            CType type = object.type();
            if (object instanceof Value.Place place && place.isUntyped()) {
                throw mistake(
                        node,
                        "the kernel does not say what type this is: cast it, as in ((struct task_struct *)&init_task)->"
                                + node.name());
            }
            if (type instanceof CType.Pointer pointer
                    && pointer.target().get() instanceof CType.Struct(StructLayout layout)) {
                long address = number(node.object(), object);
                if (address == 0) {
                    throw new MemoryFault(0, "null has no member " + node.name());
                }
                return member(node, layout, address);
            }
            if (type instanceof CType.Struct(StructLayout layout) && object instanceof Value.Place place) {
                return member(node, layout, place.address());
            }
            throw mistake(node, "%s has no members".formatted(TypeText.of(type)));
        }

        private Value member(Expression.Member node, StructLayout layout, long address) {
            Field field = layout.find(node.name())
                    .orElseThrow(() -> new SyntaxException(
                            text,
                            node.at(),
                            "%s has no member '%s'".formatted(layout, node.name()),
                            node.name(),
                            layout.members().stream().map(Field::name).toList()));
            return new Value.Place(
                    field.type(),
                    address + field.offsetBytes(),
                    field.isBitField() ? (int) (field.bitOffset() & 7) : 0,
                    field.bitSize());
        }

        private Value element(Node array, long index) {
            Value value = value(array);
            return switch (value.type()) {
                case CType.Array type
                when value instanceof Value.Place place ->
                    new Value.Place(
                            type.element(),
                            place.address() + index * type.element().sizeBytes());
                case CType.Pointer pointer -> {
                    CType target = pointer.target().get();
                    yield place(array, target, number(array, value) + index * target.sizeBytes());
                }
                case CType.Array _,
                        CType.Void _,
                        CType.Scalar _,
                        CType.Floating _,
                        CType.Enumerated _,
                        CType.Struct _,
                        CType.Incomplete _,
                        CType.Function _ ->
                    throw mistake(array, "%s has no elements".formatted(TypeText.of(value.type())));
            };
        }

        private Value cast(Expression.Cast node) {
            CType type = type(node, node.type());
            Value operand = value(node.operand());
            if (operand instanceof Value.Place place
                    && (place.isUntyped() || type instanceof CType.Struct || type instanceof CType.Array)) {
                return place(node, type, place.address());
            }
            return switch (type) {
                case CType.Scalar _, CType.Enumerated _, CType.Pointer _ ->
                    new Value.Plain(type, number(node.operand(), operand));
                case CType.Struct _,
                        CType.Array _,
                        CType.Void _,
                        CType.Floating _,
                        CType.Incomplete _,
                        CType.Function _ ->
                    throw mistake(
                            node,
                            "a number does not become %s: write *(%s *) before it"
                                    .formatted(TypeText.of(type), TypeText.of(type)));
            };
        }

        private Value binary(Expression.Binary node) {
            switch (node.operator()) {
                case "&&" -> {
                    return Value.ofLong(number(node.left()) != 0 && number(node.right()) != 0 ? 1 : 0);
                }
                case "||" -> {
                    return Value.ofLong(number(node.left()) != 0 || number(node.right()) != 0 ? 1 : 0);
                }
                default -> {}
            }
            Value left = value(node.left());
            Value right = value(node.right());
            if (left instanceof Value.Text || right instanceof Value.Text) {
                return compared(node, left, right);
            }
            if (node.operator().equals("@")) {
                return repeated(node, left, number(node.right(), right));
            }
            try {
                return Arithmetic.binary(
                        node.operator(), left, number(node.left(), left), right, number(node.right(), right));
            } catch (ArithmeticException _) {
                throw mistake(node, "division by zero");
            }
        }

        private Value repeated(Node node, Value first, long count) {
            if (!(first instanceof Value.Place place) || place.bitSize() != 0 || place.isUntyped()) {
                throw mistake(node, "only what lies in memory can be repeated: *pointer @ count");
            }
            if (count < 1 || count > LONGEST_ARRAY) {
                throw mistake(node, "%,d elements: give 1 to %,d".formatted(count, LONGEST_ARRAY));
            }
            return new Value.Place(new CType.Array(place.type(), count), place.address());
        }

        private Value compared(Expression.Binary node, Value left, Value right) {
            boolean isSame = text(node.left(), left).equals(text(node.right(), right));
            return switch (node.operator()) {
                case "==" -> Value.ofLong(isSame ? 1 : 0);
                case "!=" -> Value.ofLong(isSame ? 0 : 1);
                default -> throw mistake(node, "texts are compared with == and != only");
            };
        }

        private String text(Node at, Value value) {
            return switch (value) {
                case Value.Text quoted -> quoted.text();
                case Value.Place place
                when memory.isText(place.type()) -> memory.text(place.address(), place.sizeBytes());
                case Value.Place _, Value.Plain _ -> {
                    if (!(value.type() instanceof CType.Pointer pointer)
                            || !memory.isCharacter(pointer.target().get())) {
                        throw mistake(at, "%s is no text".formatted(TypeText.of(value.type())));
                    }
                    yield memory.text(number(at, value), LONGEST_TEXT);
                }
            };
        }

        private Value call(Expression.Call node) {
            List<Node> arguments = node.arguments();
            return switch (node.function()) {
                case "task" -> {
                    require(node, 1);
                    long number = number(arguments.getFirst());
                    Task task = new Tasks(kernel)
                            .withPid((int) number)
                            .orElseThrow(() -> mistake(node, "there is no thread %d here".formatted(number)));
                    yield Value.pointer(struct(node, "task_struct"), task.address());
                }
                case "per_cpu" -> {
                    require(node, 2);
                    yield perCpu(node, (int) number(arguments.getLast()));
                }
                case "container_of" -> {
                    require(node, 3);
                    yield container(node);
                }
                case "physical" -> {
                    require(node, 1);
                    long address = number(arguments.getFirst());
                    long physical = memory.space(address).translate(address);
                    if (physical == AddressSpace.UNMAPPED) {
                        throw new MemoryFault(address, "not mapped");
                    }
                    yield Value.ofBits(physical);
                }
                default ->
                    throw new SyntaxException(
                            text,
                            node.at(),
                            "there is no function '%s'".formatted(node.function()),
                            node.function(),
                            FUNCTIONS.keySet().stream()
                                    .map(each -> each.substring(0, each.indexOf('(')))
                                    .toList());
            };
        }

        private void require(Expression.Call node, int count) {
            if (node.arguments().size() != count) {
                String form = FUNCTIONS.keySet().stream()
                        .filter(each -> each.startsWith(node.function() + "("))
                        .findFirst()
                        .orElseThrow();
                throw mistake(node, "write " + form);
            }
        }

        private Value perCpu(Expression.Call node, int cpu) {
            if (!(node.arguments().getFirst() instanceof Expression.Name(int _, String name))
                    || !kernel.symbols().has(name)) {
                throw mistake(node, "the name of a per-CPU variable is expected first");
            }
            if (cpu < 0 || cpu >= kernel.cpus()) {
                throw mistake(node, "CPU %d: the guest has %d, counted from 0".formatted(cpu, kernel.cpus()));
            }
            CType type = KernelVariables.type(kernel.types(), name).orElse(new CType.Void());
            return new Value.Place(type, kernel.perCpu(cpu, name));
        }

        private Value container(Expression.Call node) {
            if (!(node.arguments().get(1) instanceof Expression.TypeArgument(int _, TypeName name))
                    || !(type(node, name) instanceof CType.Struct(StructLayout layout))
                    || !(node.arguments().get(2) instanceof Expression.Name(int memberAt, String member))) {
                throw mistake(node, "write container_of(POINTER, struct TYPE, MEMBER)");
            }
            Value.Place place = (Value.Place) member(
                    new Expression.Member(memberAt, node, member),
                    layout,
                    number(node.arguments().getFirst()));
            long offset = place.address() - number(node.arguments().getFirst());
            return Value.pointer(
                    new CType.Struct(layout), number(node.arguments().getFirst()) - offset);
        }

        /** Whether a candidate is worth a look at how near it is: the first letter is seldom the wrong one. */
        private static boolean mayBeMeant(String word, String candidate) {
            return !word.isEmpty()
                    && !candidate.isEmpty()
                    && candidate.charAt(0) == word.charAt(0)
                    && Math.abs(candidate.length() - word.length()) <= NEAR_LETTERS;
        }
    }
}

package dev.retrovisor.introspect.types;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The types of one kernel, or of one of its modules on top of it. Immutable as far as anyone can see. */
public interface Types {
    /** A kernel without types: nothing is found. */
    Types NONE = new Types() {
        @Override
        public Optional<StructLayout> findStruct(String name) {
            return Optional.empty();
        }

        @Override
        public Optional<Prototype> findFunction(String name) {
            return Optional.empty();
        }

        @Override
        public Optional<CType> findTypedef(String name) {
            return Optional.empty();
        }

        @Override
        public Optional<Map<String, Long>> enumeration(String name) {
            return Optional.empty();
        }

        @Override
        public Optional<Long> findConstant(String name) {
            return Optional.empty();
        }

        @Override
        public Stream<StructLayout> structs() {
            return Stream.empty();
        }

        @Override
        public List<String> enumerations() {
            return List.of();
        }
    };

    /** A struct or union that is defined, by its tag. */
    Optional<StructLayout> findStruct(String name);

    /** A function's prototype by its name. */
    Optional<Prototype> findFunction(String name);

    /** What a typedef stands for. */
    Optional<CType> findTypedef(String name);

    /** The type of a variable by its name; kernels say it of few besides per-CPU variables. */
    default Optional<CType> findVariable(String name) {
        return Optional.empty();
    }

    /** The constants of an enumeration by its tag, in order. */
    Optional<Map<String, Long>> enumeration(String name);

    /** The value of an enumeration's constant, in whichever enumeration it is. */
    Optional<Long> findConstant(String name);

    /** All named structs and unions that are defined. */
    Stream<StructLayout> structs();

    /** The tags of all named enumerations. */
    List<String> enumerations();

    default boolean isEmpty() {
        return findStruct("task_struct").isEmpty();
    }

    /** @throws MissingTypeException if there is none */
    default StructLayout struct(String name) {
        return findStruct(name).orElseThrow(() -> missing("struct " + name));
    }

    /** @throws MissingTypeException if there is none */
    default long constant(String name) {
        return findConstant(name).orElseThrow(() -> missing("constant " + name));
    }

    private MissingTypeException missing(String what) {
        return new MissingTypeException(
                isEmpty()
                        ? "the kernel was built without BTF: its %s is not known".formatted(what)
                        : "the kernel's types have no " + what);
    }
}

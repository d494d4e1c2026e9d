package dev.retrovisor.introspect.allocation;

import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.types.Prototype;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A function of the kernel whose arguments are found by the names that its types give them: versions differ in their order. */
record Function(Watch watch, String name, Prototype prototype) {
    /**
     * The first of several names that the kernel has, not changed by the compiler; without one, or without an argument that
     * is wanted, the watch's notes say so.
     */
    static Optional<Function> find(Watch watch, List<String> names, String... arguments) {
        for (String name : names) {
            Optional<Prototype> prototype = watch.kernel().types().findFunction(name);
            if (watch.kernel().symbols().has(name) && prototype.isPresent()) {
                var function = new Function(watch, name, prototype.get());
                if (Arrays.stream(arguments).allMatch(argument -> function.argument(argument) >= 0)) {
                    return Optional.of(function);
                }
            }
        }
        watch.missing("the kernel has no function %s with %s"
                .formatted(String.join(" or ", names), String.join(", ", arguments)));
        return Optional.empty();
    }

    /** The place of an argument among all; below 0 if it has none. */
    int argument(String argument) {
        return prototype.parameters().stream()
                .map(Prototype.Parameter::name)
                .toList()
                .indexOf(argument);
    }

    void onEntry(Watch.Hook hook) {
        watch.onAddress(watch.kernel().symbols().address(name), hook);
    }
}

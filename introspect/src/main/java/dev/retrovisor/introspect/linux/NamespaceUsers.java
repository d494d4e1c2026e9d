package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The namespaces of one kind that processes live in. Those that only an open file keeps alive are not found. */
final class NamespaceUsers {
    /** A namespace and the oldest thread in it. */
    record Inhabited(KernelObject namespace, Task task) {
        /** The number by which the user knows it. */
        long number() {
            return namespace.get("ns.inum");
        }
    }

    private NamespaceUsers() {}

    /** @param member of {@code nsproxy}, such as {@code ipc_ns} */
    static Stream<Inhabited> of(KernelView kernel, String member) {
        Map<Long, Inhabited> found = new LinkedHashMap<>();
        new Tasks(kernel)
                .threads()
                .forEach(task -> kernel.tolerate(
                                "namespaces", () -> namespace(task, member).orElse(null))
                        .ifPresent(space -> found.putIfAbsent(space.address(), new Inhabited(space, task))));
        return found.values().stream();
    }

    private static Optional<KernelObject> namespace(Task task, String member) {
        return task.object().follow("nsproxy").flatMap(proxy -> proxy.follow(member));
    }
}

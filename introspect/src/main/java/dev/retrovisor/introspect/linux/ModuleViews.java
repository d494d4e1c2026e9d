package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The kernel's modules by three books of its own that do not know of each other. */
public final class ModuleViews {
    private static final int MOST = 1 << 14;

    private final KernelView kernel;

    public ModuleViews(KernelView kernel) {
        this.kernel = kernel;
    }

    /** A module, and which books have it. */
    public record Seen(Modules.Module module, boolean isListed, boolean isInSysfs, boolean isInTree) {
        /** Whether it is there and works, but not for those who ask in the usual ways. */
        public boolean isHidden() {
            boolean isLive = module.state().equals("Live") && !module.regions().isEmpty();
            return isLive && !(isListed && isInSysfs && isInTree);
        }
    }

    /** All modules that any book has. */
    public Stream<Seen> all() {
        var modules = new Modules(kernel);
        Set<Long> listed = addresses(modules.all().map(Modules.Module::object));
        Set<Long> inSysfs = addresses(inSysfs());
        Set<Long> inTree = addresses(inTree());
        var all = new LinkedHashSet<>(listed);
        all.addAll(inTree);
        all.addAll(inSysfs);
        return all.stream()
                .flatMap(address -> kernel
                        .tolerate("modules", () -> modules.module(kernel.object("module", address)))
                        .map(module -> new Seen(
                                module, listed.contains(address), inSysfs.contains(address), inTree.contains(address)))
                        .stream());
    }

    private static Set<Long> addresses(Stream<KernelObject> objects) {
        return objects.map(KernelObject::address).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Those with a folder in /sys/module; what is built in has one as well, without a module. */
    private Stream<KernelObject> inSysfs() {
        return kernel
                .tolerate("modules", () -> kernel.globalLong("module_kset"))
                .filter(set -> set != 0) // It is made when the kernel starts.
                .map(set -> kernel.object("kset", set).addressOf("list"))
                .stream()
                .flatMap(head -> kernel.list(head, "kobject", "entry", MOST))
                .flatMap(kobject -> kernel
                        .tolerate(
                                "modules",
                                () -> kobject.container("module_kobject", "kobj")
                                        .follow("mod"))
                        .flatMap(module -> module)
                        .stream());
    }

    /** Those that are found by addresses: a tree of two copies, of which the first is taken. */
    private Stream<KernelObject> inTree() {
        if (!kernel.symbols().has("mod_tree")
                || kernel.types().findStruct("mod_tree_node").isEmpty()) {
            return Stream.empty();
        }
        long root = kernel.global("mod_tree", "mod_tree_root").addressOf("root.tree");
        var known = new HashSet<Long>();
        return RedBlackTrees.inOrder(kernel, root, "mod_tree_node", "node.node", MOST)
                .flatMap(
                        node -> kernel.tolerate("modules", () -> node.follow("mod")).flatMap(module -> module).stream())
                .filter(module -> known.add(module.address()));
    }
}

package dev.retrovisor.guests;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * The modules of one kernel that a guest needs: the named ones and all that they depend on, uncompressed, with the
 * index files that modprobe reads. A package ships no modules.dep (its installation makes it), so dependencies are
 * read from the modules themselves.
 */
final class KernelModules {
    /**
     * One module.
     *
     * @param name with underscores
     * @param path below the kernel's module folder, with no compression's suffix
     * @param dependencies the names of the modules to load before, direct ones only
     */
    record Module(String name, String path, byte[] content, List<String> dependencies, List<String> aliases) {}

    /** Where modules come from: the unpacked kernel package, or what a test makes up. */
    interface Source {
        /** The paths of all modules, below the kernel's module folder. */
        Collection<String> paths();

        byte[] read(String path) throws IOException;

        /** The lines of modules.builtin: paths of what the kernel holds already. */
        Collection<String> builtin();
    }

    private final Map<String, Module> inLoadOrder;

    private KernelModules(Map<String, Module> inLoadOrder) {
        this.inLoadOrder = inLoadOrder;
    }

    /**
     * @param required modules that must be there or be built in
     * @param optional modules that are taken where they exist: what other kernels have under another name
     */
    static KernelModules select(Source source, Collection<String> required, Collection<String> optional)
            throws IOException {
        return new Selection(source).run(required, optional);
    }

    /** Each module stands after all that it depends on. */
    List<Module> inLoadOrder() {
        return List.copyOf(inLoadOrder.values());
    }

    /** modules.dep(5): {@code path: dependency ...}, all dependencies, the one to load first at the end. */
    String modulesDep() {
        StringBuilder text = new StringBuilder();
        for (Module module : inLoadOrder.values()) {
            text.append(module.path()).append(':');
            new ArrayList<>(allDependencies(module))
                    .reversed()
                    .forEach(name ->
                            text.append(' ').append(inLoadOrder.get(name).path()));
            text.append('\n');
        }
        return text.toString();
    }

    /** modules.alias as depmod(8) writes it: {@code alias PATTERN NAME}. */
    String modulesAlias() {
        StringBuilder text = new StringBuilder();
        for (Module module : inLoadOrder.values()) {
            module.aliases().forEach(alias -> text.append("alias %s %s\n".formatted(alias, module.name())));
        }
        return text.toString();
    }

    /** In load order. */
    private Set<String> allDependencies(Module module) {
        Set<String> all = new LinkedHashSet<>();
        for (String dependency : module.dependencies()) {
            all.addAll(allDependencies(inLoadOrder.get(dependency)));
            all.add(dependency);
        }
        return all;
    }

    /** The walk that finds the modules. */
    private static final class Selection {
        private final Source source;
        private final Map<String, String> pathByName = new TreeMap<>();
        private final Set<String> builtin = new LinkedHashSet<>();
        private final Map<String, Module> found = new LinkedHashMap<>();
        private final Set<String> underWay = new LinkedHashSet<>();

        Selection(Source source) {
            this.source = source;
            source.paths().forEach(path -> pathByName.put(nameOf(path), path));
            source.builtin().forEach(path -> builtin.add(nameOf(path)));
        }

        KernelModules run(Collection<String> required, Collection<String> optional) throws IOException {
            // The optional ones first: they may be what a soft dependency of the others means.
            for (String name : optional) {
                if (pathByName.containsKey(ModuleInfo.normalName(name))) {
                    add(ModuleInfo.normalName(name), "the list of modules");
                }
            }
            for (String name : required) {
                add(ModuleInfo.normalName(name), "the list of modules");
            }
            return new KernelModules(new LinkedHashMap<>(found));
        }

        private void add(String name, String wantedBy) throws IOException {
            if (builtin.contains(name) || found.containsKey(name)) {
                return;
            }
            String path = pathByName.get(name);
            if (path == null) {
                throw new GuestFormatException(
                        "kernel package", 0, "no module " + name, "one, since " + wantedBy + " needs it");
            }
            if (!underWay.add(name)) {
                throw new GuestFormatException(path, 0, "a circle: " + String.join(" -> ", underWay), "none");
            }
            byte[] content = uncompressed(path, source.read(path));
            ModuleInfo info = ModuleInfo.read(content, path);
            List<String> before = new ArrayList<>();
            for (String dependency : info.dependencies()) {
                add(dependency, name);
                if (found.containsKey(dependency)) {
                    before.add(dependency);
                }
            }
            for (String soft : info.softDependencies()) {
                provider(soft).filter(module -> !before.contains(module)).ifPresent(before::add);
            }
            underWay.remove(name);
            found.put(name, new Module(name, withoutCompression(path), content, List.copyOf(before), info.aliases()));
        }

        /** A soft dependency may be missing: it counts only where it is among what we take anyway. */
        private Optional<String> provider(String nameOrAlias) {
            return found.values().stream()
                    .filter(module -> module.name().equals(nameOrAlias)
                            || module.aliases().stream()
                                    .map(ModuleInfo::normalName)
                                    .anyMatch(nameOrAlias::equals))
                    .map(Module::name)
                    .findFirst();
        }
    }

    private static String nameOf(String path) {
        String file = path.substring(path.lastIndexOf('/') + 1);
        return ModuleInfo.normalName(withoutCompression(file).replaceFirst("\\.ko$", ""));
    }

    private static String withoutCompression(String path) {
        return path.replaceFirst("\\.(xz|gz)$", "");
    }

    /** Done here once, so that no guest spends instructions on it at each boot. */
    private static byte[] uncompressed(String path, byte[] content) throws IOException {
        if (path.endsWith(".ko")) {
            return content;
        }
        InputStream compressed = new ByteArrayInputStream(content);
        try (InputStream in = path.endsWith(".xz") ? new XZInputStream(compressed) : new GZIPInputStream(compressed)) {
            return in.readAllBytes();
        }
    }
}

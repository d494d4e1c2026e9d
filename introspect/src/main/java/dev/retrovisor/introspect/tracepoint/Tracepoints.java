package dev.retrovisor.introspect.tracepoint;

import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.symbols.Symbols;
import dev.retrovisor.introspect.types.CType;
import dev.retrovisor.introspect.types.Field;
import dev.retrovisor.introspect.types.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * All tracepoints of a kernel and of the modules that it has loaded. Found by the kernel's table of jump labels; no tracepoint
 * has to be switched on in the guest, and none is.
 */
public final class Tracepoints {
    private static final String PREFIX = "__tracepoint_";
    private static final int MOST_MODULES = 4096;
    private static final int MOST_IN_MODULE = 4096;
    private static final int LONGEST_NAME = 256;

    /** How far behind the start of its {@code struct tracepoint} a key may lie, if the kernel does not say. */
    private static final long LARGEST_STRUCT = 128;

    /** Called with a module that is about to be started, its jump labels in order. */
    private static final String MODULE_START = "do_init_module";

    /** A tracepoint without its sites. */
    private record Known(String name, long address, long iterator, long probestub) {}

    private final KernelView kernel;
    private final Types types;
    private final Optional<Field> funcs;
    private final TreeMap<Long, Known> known = new TreeMap<>(Long::compareUnsigned);
    private final Map<String, Tracepoint> byName = new TreeMap<>();

    private Tracepoints(KernelView kernel) {
        this.kernel = kernel;
        types = kernel.types();
        funcs = types.findStruct("tracepoint").flatMap(layout -> layout.find("funcs"));
    }

    /** Those of a kernel as it is now. */
    public static Tracepoints of(KernelView kernel) {
        var found = new Tracepoints(kernel);
        found.addKernel();
        found.modules().forEach(found::addModule);
        return found;
    }

    public Optional<Tracepoint> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** All of them, by name. */
    public Stream<Tracepoint> all() {
        return byName.values().stream();
    }

    /**
     * Watches a tracepoint: at all of its sites, and at those of modules that are loaded later. If the kernel has no such
     * tracepoint, the watch's notes say so.
     *
     * @return whether the kernel has it
     */
    public boolean attach(Watch watch, String name, TracepointHit.Receiver receiver) {
        Tracepoint tracepoint = byName.get(name);
        if (tracepoint == null || tracepoint.sites().isEmpty()) {
            watch.missing("the kernel has no tracepoint " + name);
            return false;
        }
        if (types.isEmpty()) {
            watch.missing("tracepoint %s can't be read: the kernel was built without BTF".formatted(name));
            return false;
        }
        long funcsAddress =
                funcs.map(field -> tracepoint.address() + field.offsetBytes()).orElse(0L);
        var fork = new SiteFork(watch, tracepoint, funcsAddress, receiver);
        tracepoint.sites().forEach(fork::add);
        if (kernel.symbols().has(MODULE_START) && hasModules()) {
            watch.onFunction(MODULE_START, hart -> {
                addModule(kernel.object("module", watch.argument(hart, 0)));
                byName.get(name).sites().forEach(fork::add);
            });
        }
        return true;
    }

    private void addKernel() {
        Symbols symbols = kernel.symbols();
        symbols.all().filter(symbol -> symbol.name().startsWith(PREFIX)).forEach(symbol -> {
            String name = symbol.name().substring(PREFIX.length());
            add(new Known(name, symbol.address(), addressOf("__traceiter_" + name), addressOf("__probestub_" + name)));
        });
        OptionalLong start = symbols.find("__start___jump_table");
        OptionalLong stop = symbols.find("__stop___jump_table");
        if (start.isPresent() && stop.isPresent()) {
            AddressSpace space = kernel.space();
            kernel.tolerate("jump labels", () -> JumpTable.between(space, start.getAsLong(), stop.getAsLong()))
                    .ifPresent(this::addSites);
        }
    }

    private long addressOf(String symbol) {
        return kernel.symbols().find(symbol).orElse(0);
    }

    private boolean hasModules() {
        return types.findStruct("module")
                .filter(module -> module.find("jump_entries").isPresent()
                        && module.find("tracepoints_ptrs").isPresent())
                .isPresent();
    }

    private Stream<KernelObject> modules() {
        OptionalLong list = kernel.symbols().find("modules");
        return list.isPresent() && hasModules()
                ? kernel.list(list.getAsLong(), "module", "list", MOST_MODULES)
                : Stream.empty();
    }

    private void addModule(KernelObject module) {
        kernel.tolerate("tracepoints of modules", () -> {
            int count = Math.clamp(module.get("num_tracepoints"), 0, MOST_IN_MODULE);
            long pointers = module.get("tracepoints_ptrs");
            for (int i = 0; i < count; i++) {
                addOfModule(kernel.object("tracepoint", module.space().readLong(pointers + 8L * i)));
            }
            addSites(JumpTable.read(module.space(), module.get("jump_entries"), module.get("num_jump_entries")));
            return null;
        });
    }

    private void addOfModule(KernelObject tracepoint) {
        add(new Known(
                tracepoint.pointedText("name", LONGEST_NAME),
                tracepoint.address(),
                tracepoint.get("iterator"),
                tracepoint.get("probestub", 0)));
    }

    private void add(Known tracepoint) {
        known.put(tracepoint.address(), tracepoint);
        byName.putIfAbsent(
                tracepoint.name(),
                new Tracepoint(
                        tracepoint.name(),
                        tracepoint.address(),
                        tracepoint.iterator(),
                        tracepoint.probestub(),
                        argumentTypes(tracepoint.name()),
                        List.of()));
    }

    /** {@code btf_trace_X} is a pointer to a function that gets the receiver's own data first. */
    private List<CType> argumentTypes(String name) {
        return types.findTypedef("btf_trace_" + name)
                .filter(CType.Pointer.class::isInstance)
                .map(type -> ((CType.Pointer) type).target().get())
                .filter(CType.Function.class::isInstance)
                .map(type -> ((CType.Function) type)
                        .prototype().parameters().stream()
                                .skip(1)
                                .map(parameter -> parameter.type())
                                .toList())
                .orElse(List.of());
    }

    private void addSites(List<JumpTable.Entry> entries) {
        long size =
                types.findStruct("tracepoint").map(layout -> layout.sizeBytes()).orElse(LARGEST_STRUCT);
        for (JumpTable.Entry entry : entries) {
            Map.Entry<Long, Known> owner = known.floorEntry(entry.key());
            if (owner != null && entry.key() - owner.getKey() < size) {
                byName.computeIfPresent(
                        owner.getValue().name(),
                        (_, tracepoint) -> withSite(tracepoint, new Tracepoint.Site(entry.code(), entry.target())));
            }
        }
    }

    private static Tracepoint withSite(Tracepoint tracepoint, Tracepoint.Site site) {
        if (tracepoint.sites().contains(site)) {
            return tracepoint;
        }
        var sites = new ArrayList<>(tracepoint.sites());
        sites.add(site);
        return new Tracepoint(
                tracepoint.name(),
                tracepoint.address(),
                tracepoint.iterator(),
                tracepoint.probestub(),
                tracepoint.arguments(),
                List.copyOf(sites));
    }
}

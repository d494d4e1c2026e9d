package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.introspect.types.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The modules that the kernel has loaded, as its own list has them. */
public final class Modules {
    private static final int MOST = 1 << 14;
    private static final int MOST_USERS = 1 << 12;

    /** kernel/panic.c, by bit; only some are set for modules. */
    private static final String TAINT_LETTERS = "PFSRMBUDAWCIOELKXTNJ";

    /** What a module's reference count begins with, kernel/module/main.c. */
    private static final int MODULE_REF_BASE = 1;

    private final KernelView kernel;

    public Modules(KernelView kernel) {
        this.kernel = kernel;
    }

    /**
     * One module.
     *
     * @param object the struct module
     * @param state {@code Live}, {@code Loading}, {@code Unloading} or {@code Unformed}
     * @param references users that are counted, without the kernel's own
     * @param taints letters as in {@code /proc/modules}, such as {@code OE}
     */
    public record Module(
            KernelObject object,
            String name,
            String state,
            int references,
            List<String> usedBy,
            String taints,
            List<Region> regions) {
        public long sizeBytes() {
            return regions.stream().mapToLong(Region::sizeBytes).sum();
        }

        /** Where it begins: the address in {@code /proc/modules}. */
        public long address() {
            return regions.isEmpty() ? 0 : regions.getFirst().start();
        }

        public boolean has(long address) {
            return regions.stream().anyMatch(region -> region.has(address));
        }
    }

    /** A part of a module; {@code kind} is the kernel's word without its prefix, such as {@code TEXT} or {@code RODATA}. */
    public record Region(String kind, long start, long sizeBytes) {
        public boolean has(long address) {
            return address - start >= 0 && address - start < sizeBytes;
        }

        public boolean isText() {
            return kind.endsWith("TEXT");
        }
    }

    /** All of them, the one loaded last first; lazily. */
    public Stream<Module> all() {
        return kernel.list(kernel.symbols().address("modules"), "module", "list", MOST)
                .flatMap(object -> kernel.tolerate("modules", () -> module(object)).stream());
    }

    /** The module that an address lies in. */
    public Optional<Module> at(long address) {
        return all().filter(module -> module.has(address)).findFirst();
    }

    /** What a struct module says, wherever it was found. */
    public Module module(KernelObject object) {
        return new Module(
                object,
                object.text("name"),
                state(object.get("state")),
                object.getInt("refcnt") - MODULE_REF_BASE,
                users(object),
                taints(object.get("taints")),
                regions(object));
    }

    private String state(long number) {
        Map<String, Long> states = kernel.types().enumeration("module_state").orElseGet(Map::of);
        String word = states.entrySet().stream()
                .filter(entry -> entry.getValue() == number)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("");
        return switch (word) {
            case "MODULE_STATE_LIVE" -> "Live";
            case "MODULE_STATE_COMING" -> "Loading";
            case "MODULE_STATE_GOING" -> "Unloading";
            case "MODULE_STATE_UNFORMED" -> "Unformed";
            default -> throw new MemoryFault(number, "is no state of a module");
        };
    }

    private List<String> users(KernelObject object) {
        return kernel.list(object.addressOf("source_list"), "module_use", "source_list", MOST_USERS)
                .flatMap(
                        use -> kernel.tolerate("modules", () -> use.to("source").text("name")).stream())
                .toList();
    }

    private static String taints(long bits) {
        var letters = new StringBuilder();
        for (int i = 0; i < TAINT_LETTERS.length(); i++) {
            if ((bits >>> i & 1) != 0) {
                letters.append(TAINT_LETTERS.charAt(i));
            }
        }
        return letters.toString();
    }

    private List<Region> regions(KernelObject object) {
        var regions = new ArrayList<Region>();
        if (object.has("mem")) {
            Field memory = object.layout().field("mem");
            int count = object.count("mem");
            long size = memory.type().sizeBytes() / count;
            Map<String, Long> kinds = kernel.types().enumeration("mod_mem_type").orElseGet(Map::of);
            kinds.forEach((word, index) -> {
                if (index >= 0 && index < count) {
                    KernelObject part = kernel.object("module_memory", object.addressOf("mem") + index * size);
                    add(regions, word.replaceFirst("^MOD_", ""), part.get("base"), part.get("size"));
                }
            });
        } else {
            // Before 6.4: one block, and one for what is thrown away after the start.
            add(regions, "TEXT", object.get("core_layout.base"), object.get("core_layout.size"));
            add(regions, "INIT_TEXT", object.get("init_layout.base"), object.get("init_layout.size"));
        }
        return List.copyOf(regions);
    }

    private static void add(List<Region> regions, String kind, long start, long size) {
        if (start != 0 && size != 0) {
            regions.add(new Region(kind, start, size));
        }
    }
}

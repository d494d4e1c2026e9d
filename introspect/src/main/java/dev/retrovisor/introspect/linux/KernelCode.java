package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.symbols.Symbol;
import dev.retrovisor.introspect.symbols.Symbols;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What lies at addresses of the kernel and of its modules, also those that hide. Modules are looked up once: for use while
 * the machine stands.
 */
public final class KernelCode {
    private static final int MOST_SYMBOLS = 1 << 18;
    private static final int MOST_NAME_BYTES = 512;
    private static final int STT_FUNC = 2;

    private final KernelView kernel;
    private final List<Modules.Module> modules;
    private final Map<Long, Symbols> symbolsOfModules = new HashMap<>();

    public KernelCode(KernelView kernel) {
        this.kernel = kernel;
        modules = kernel.symbols().has("modules") && !kernel.types().isEmpty()
                ? new ModuleViews(kernel).all().map(ModuleViews.Seen::module).toList()
                : List.of();
    }

    /**
     * A place, such as {@code do_wait+0x64}.
     *
     * @param module its name; empty for the kernel's own image
     * @param offset from the symbol
     */
    public record Place(String symbol, String module, long offset) {
        @Override
        public String toString() {
            return (offset == 0 ? symbol : symbol + "+0x" + Long.toHexString(offset))
                    + (module.isEmpty() ? "" : " [" + module + "]");
        }
    }

    /** Whether an address lies in the kernel's image, code or data. */
    public boolean isInImage(long address) {
        return isBetween("_text", address, "_end") || isBetween("_start", address, "_end");
    }

    /** Whether an address is in code of the kernel's own image; what is only for booting counts. */
    public boolean isImageText(long address) {
        return isBetween("_stext", address, "_etext") || isBetween("__init_text_begin", address, "__init_text_end");
    }

    /** Whether an address is in code of the kernel or of a module. */
    public boolean isText(long address) {
        return isImageText(address)
                || modules.stream()
                        .flatMap(module -> module.regions().stream())
                        .anyMatch(region -> region.isText() && region.has(address));
    }

    private boolean isBetween(String first, long address, String end) {
        var from = kernel.symbols().find(first);
        var to = kernel.symbols().find(end);
        return from.isPresent()
                && to.isPresent()
                && Long.compareUnsigned(address, from.getAsLong()) >= 0
                && Long.compareUnsigned(address, to.getAsLong()) < 0;
    }

    /** The module that an address lies in. */
    public Optional<Modules.Module> moduleAt(long address) {
        return modules.stream().filter(module -> module.has(address)).findFirst();
    }

    /** The symbol at or before an address of the kernel's image or of a module. */
    public Optional<Place> at(long address) {
        if (isInImage(address)) {
            return kernel.symbols().at(address).map(symbol -> place(symbol, "", address));
        }
        return moduleAt(address)
                .map(module -> symbols(module)
                        .at(address)
                        .filter(symbol -> module.has(symbol.address()))
                        .map(symbol -> place(symbol, module.name(), address))
                        .orElseGet(() -> new Place(module.name(), "", address - module.address())));
    }

    /** The same as text; the number alone where nothing is known. */
    public String describe(long address) {
        return at(address).map(Place::toString).orElseGet(() -> "0x" + Long.toHexString(address));
    }

    private static Place place(Symbol symbol, String module, long address) {
        return new Place(symbol.name(), module, address - symbol.address());
    }

    private Symbols symbols(Modules.Module module) {
        return symbolsOfModules.computeIfAbsent(
                module.object().address(),
                _ -> kernel.tolerate(module.name(), () -> read(module)).orElseGet(() -> Symbols.of(List.of())));
    }

    private Symbols read(Modules.Module module) {
        KernelObject table = module.object().to("kallsyms");
        AddressSpace space = table.space();
        long strings = table.get("strtab");
        long entries = table.get("symtab");
        long size = kernel.types().struct("elf64_sym").sizeBytes();
        int count = Math.clamp(table.get("num_symtab"), 0, MOST_SYMBOLS);
        var symbols = new ArrayList<Symbol>();
        for (int i = 1; i < count; i++) {
            KernelObject entry = kernel.object("elf64_sym", entries + i * size);
            String name = space.readString(strings + entry.get("st_name"), MOST_NAME_BYTES);
            // Local labels of the assembler and mapping symbols name no function.
            if (!name.isEmpty() && !name.startsWith(".L") && !name.startsWith("$") && entry.get("st_shndx") != 0) {
                boolean isFunction = (entry.get("st_info") & 0xf) == STT_FUNC;
                symbols.add(new Symbol(name, entry.get("st_value"), isFunction ? 't' : 'd'));
            }
        }
        return Symbols.of(symbols);
    }
}

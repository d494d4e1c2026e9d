package dev.retrovisor.introspect.kernel;

import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.symbols.Kallsyms;
import dev.retrovisor.introspect.symbols.Symbols;
import dev.retrovisor.introspect.types.Btf;
import dev.retrovisor.introspect.types.Types;
import java.util.OptionalLong;

/**
 * Finds a Linux kernel in memory, and what it says of itself: its symbol table, and its types if it was built with BTF.
 * Both stand in the kernel's image, so they are found from the moment at which that is loaded.
 */
public final class KernelFinder {
    private static final int LONGEST_BANNER = 512;
    private static final long MOST_BTF_BYTES = 64 << 20;

    private KernelFinder() {}

    /** @throws NoKernelException if there is none */
    public static KernelFacts find(MachineView machine) {
        Kallsyms.Found found = Kallsyms.find(machine.memory())
                .orElseThrow(() -> new NoKernelException(
                        "no Linux kernel is in the %,d MiB of memory at step %,d: no symbol table (kallsyms) was found; the"
                                        .formatted(machine.memory().sizeBytes() >> 20, machine.step())
                                + " guest is another system, is not loaded yet, or was built without KALLSYMS"));
        return facts(machine, found);
    }

    /** What stands in memory, once its symbols are known. */
    static KernelFacts facts(MachineView machine, Kallsyms.Found found) {
        Symbols symbols = found.symbols();
        AddressSpace image = image(machine, found);
        return new KernelFacts(banner(image, symbols), symbols, types(image, symbols), found.physicalOffset());
    }

    /** The banner without its line's end; empty if it is not there. */
    static String banner(AddressSpace image, Symbols symbols) {
        OptionalLong banner = symbols.find("linux_banner");
        return banner.isPresent() && image.isMapped(banner.getAsLong())
                ? image.readString(banner.getAsLong(), LONGEST_BANNER).strip()
                : "";
    }

    /** The kernel's image by its own addresses, whatever page tables there are. */
    static AddressSpace image(MachineView machine, Kallsyms.Found found) {
        Symbols symbols = found.symbols();
        var flat = new AddressSpace.Flat(
                symbols.find("_start").orElse(0), symbols.find("_end").orElse(0), found.physicalOffset());
        return new AddressSpace(machine.memory(), 0, flat);
    }

    private static Types types(AddressSpace image, Symbols symbols) {
        OptionalLong start = symbols.find("__start_BTF");
        OptionalLong stop = symbols.find("__stop_BTF");
        if (start.isEmpty() || stop.isEmpty()) {
            return Types.NONE;
        }
        long length = stop.getAsLong() - start.getAsLong();
        if (length <= 0 || length > MOST_BTF_BYTES || !image.isMapped(start.getAsLong() + length - 1)) {
            return Types.NONE;
        }
        try {
            return Btf.of(image.read(start.getAsLong(), (int) length), null);
        } catch (IllegalArgumentException _) {
            return Types.NONE; // Forged or damaged: as good as none.
        }
    }
}

package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.Modules;
import java.util.List;
import java.util.stream.Stream;

/** The loaded modules: {@code /proc/modules}. */
final class ModuleList implements Inspection<ModuleList.Row> {
    /**
     * @param references how many users it has, modules or others
     * @param usedBy modules that need it
     * @param taints what it did to the kernel's good name: O for out of tree, E for unsigned, P for proprietary
     */
    record Row(
            String name,
            @Column(Column.Style.BYTES) long sizeBytes,
            int references,
            List<String> usedBy,
            String state,
            String taints,
            @Column(Column.Style.HEX) long address) {}

    @Override
    public String name() {
        return "lsmod";
    }

    @Override
    public String summary() {
        return "modules of the kernel: size, users, state, address";
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public Stream<Row> run(KernelView kernel, Scope scope) {
        return new Modules(kernel)
                .all()
                .map(module -> new Row(
                        module.name(),
                        module.sizeBytes(),
                        module.references(),
                        module.usedBy(),
                        module.state(),
                        module.taints(),
                        module.address()));
    }
}

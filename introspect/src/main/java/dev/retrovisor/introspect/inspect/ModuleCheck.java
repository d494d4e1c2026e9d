package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.ModuleViews;
import java.util.stream.Stream;

/** Modules as several books of the kernel have them: one that is missing in some of them hides. */
final class ModuleCheck implements Inspection<ModuleCheck.Row> {
    /**
     * @param listed whether {@code /proc/modules} shows it
     * @param inSysfs whether {@code /sys/module} shows it
     * @param inTree whether the kernel finds it by an address of its code
     * @param hidden whether it has code and is in some of the books only
     */
    record Row(
            String name,
            @Column(Column.Style.HEX) long module,
            @Column(Column.Style.HEX) long text,
            boolean listed,
            boolean inSysfs,
            boolean inTree,
            boolean hidden) {}

    @Override
    public String name() {
        return "check_modules";
    }

    @Override
    public String summary() {
        return "modules by list, sysfs and address tree; those that hide show";
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public Stream<Row> run(KernelView kernel, Scope scope) {
        return new ModuleViews(kernel)
                .all()
                .map(seen -> new Row(
                        seen.module().name(),
                        seen.module().object().address(),
                        seen.module().address(),
                        seen.isListed(),
                        seen.isInSysfs(),
                        seen.isInTree(),
                        seen.isHidden()));
    }
}

package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.Tasks;
import dev.retrovisor.introspect.linux.VirtualAreas;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** The kernel's virtual areas. */
final class VirtualAreaList implements Inspection<VirtualAreaList.Row> {
    /**
     * @param end behind the last byte, with the guard page
     * @param pages of memory that lie in it
     * @param physical address of a device
     * @param caller code that asked for it
     * @param stackOf thread whose kernel stack it is; 0 for none
     */
    record Row(
            @Column(Column.Style.HEX) long start,
            @Column(Column.Style.HEX) long end,
            @Column(Column.Style.BYTES) long sizeBytes,
            String kind,
            long pages,
            @Column(Column.Style.HEX) long physical,
            String caller,
            int stackOf) {}

    @Override
    public String name() {
        return "vmalloc";
    }

    @Override
    public String summary() {
        return "the kernel's virtual areas: size, kind, pages, who asked for them";
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public Stream<Row> run(KernelView kernel, Scope scope) {
        Map<Long, Integer> stacks = new HashMap<>();
        new Tasks(kernel)
                .threads()
                .forEach(task ->
                        kernel.tolerate(name(), () -> stacks.put(task.object().get("stack"), task.pid())));
        return new VirtualAreas(kernel)
                .all()
                .map(area -> new Row(
                        area.start(),
                        area.end(),
                        area.sizeBytes(),
                        area.kind(),
                        area.pages(),
                        area.physicalAddress(),
                        area.caller() == 0 ? "" : kernel.symbols().describe(area.caller()),
                        stacks.getOrDefault(area.start(), 0)));
    }
}

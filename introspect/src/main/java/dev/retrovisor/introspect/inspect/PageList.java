package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.PageOwner;
import dev.retrovisor.introspect.linux.PageOwners;
import dev.retrovisor.introspect.linux.PhysicalPages;
import dev.retrovisor.introspect.memory.AddressSpace;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** What pages of physical memory are used for. */
final class PageList implements Inspection<PageList.Row> {
    private static final Pattern CAPITAL = Pattern.compile("(?<=[a-z])(?=[A-Z])");

    /**
     * @param start physical address
     * @param end behind the last byte
     * @param kind what the pages are
     * @param owner whose
     */
    record Row(
            @Column(Column.Style.HEX) long start,
            @Column(Column.Style.HEX) long end,
            long pages,
            String kind,
            String owner) {}

    @Override
    public String name() {
        return "page";
    }

    @Override
    public String summary() {
        return "what a page of memory is used for: the one with --address, or all in runs";
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public Stream<Row> run(KernelView kernel, Scope scope) {
        return kernel.tolerate(name(), () -> new PhysicalPages(kernel)).stream().flatMap(pages -> {
            var owners = new PageOwners(pages);
            return scope.address().isPresent()
                    ? frames(kernel, scope, scope.address().getAsLong()).mapToObj(frame -> single(frame, owners))
                    : runs(pages, owners);
        });
    }

    /** An address is physical, or virtual where it can be no other: of the kernel's half, or of a process that is named. */
    private static LongStream frames(KernelView kernel, Scope scope, long address) {
        LongStream physical = address < 0
                ? LongStream.of(kernel.space().translate(address))
                : scope.pid() == Scope.ALL
                        ? LongStream.of(address)
                        : scope.processes(kernel)
                                .flatMap(task -> task.memory().stream())
                                .mapToLong(memory -> memory.space().translate(address));
        return physical.filter(each -> each != AddressSpace.UNMAPPED).map(each -> each >>> PhysicalPages.PAGE_SHIFT);
    }

    private static Row single(long frame, PageOwners owners) {
        PageOwner owner = owners.of(frame);
        return row(frame, frame + 1, owner, owner.text());
    }

    private static Row row(long first, long end, PageOwner owner, String text) {
        return new Row(
                first << PhysicalPages.PAGE_SHIFT,
                end << PhysicalPages.PAGE_SHIFT,
                end - first,
                CAPITAL.matcher(owner.getClass().getSimpleName())
                        .replaceAll(" ")
                        .toLowerCase(Locale.ROOT),
                text);
    }

    /** Pages in a row that have the same owner. */
    private static Stream<Row> runs(PhysicalPages pages, PageOwners owners) {
        var rows = Stream.<Row>builder();
        long start = -1;
        long end = -1;
        PageOwner owner = null;
        String text = "";
        for (var frames = pages.frames().iterator(); frames.hasNext(); ) {
            long frame = frames.nextLong();
            PageOwner next = owners.of(frame);
            String nextText = coarse(next);
            boolean isSame = owner != null && next.getClass() == owner.getClass() && nextText.equals(text);
            if (!isSame && owner != null) {
                rows.add(row(start, frame, owner, text));
            }
            if (!isSame) {
                owner = next;
                text = nextText;
                start = frame;
            }
            end = frame + 1;
        }
        if (owner != null) {
            rows.add(row(start, end, owner, text));
        }
        return rows.build();
    }

    /** An owner without what is of one page alone. */
    private static String coarse(PageOwner owner) {
        return switch (owner) {
            case PageOwner.Slab slab -> slab.cache();
            case PageOwner.FilePage file ->
                file.path().isEmpty() ? "inode %d of %s".formatted(file.inode(), file.fileSystem()) : file.path();
            case PageOwner.Anonymous(var mappings) -> processes(mappings);
            case PageOwner.PageTable(int pid) -> pid == 0 ? "" : Integer.toString(pid);
            case PageOwner.Stack(int tid) -> Integer.toString(tid);
            case PageOwner.Area area -> area.caller();
            case PageOwner.Free free -> free.cpu() < 0 ? "" : "kept by CPU " + free.cpu();
            case PageOwner.Unknown _, PageOwner.KernelImage _, PageOwner.Reserved _, PageOwner.Kernel _ -> "";
        };
    }

    private static String processes(List<PageOwner.Mapped> mappings) {
        return mappings.stream()
                .map(PageOwner.Mapped::pid)
                .distinct()
                .map(String::valueOf)
                .collect(Collectors.joining(" "));
    }
}

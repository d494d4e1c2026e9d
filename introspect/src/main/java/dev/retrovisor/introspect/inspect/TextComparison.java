package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.KernelCode;
import dev.retrovisor.introspect.linux.KernelImage;
import dev.retrovisor.introspect.linux.TextCheck;
import dev.retrovisor.introspect.linux.TextCheck.Cause;
import dev.retrovisor.introspect.linux.TextCheck.Difference;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.machine.isa.Disassembler;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Whether somebody patched the kernel's code: its memory against its file. */
final class TextComparison implements Inspection<TextComparison.Row> {
    private static final int MOST_SHOWN_BYTES = 16;

    /**
     * What explains itself has one row for each cause; each other difference has its own.
     *
     * @param places how many
     * @param sizeBytes of all of them
     * @param address of the first; its symbol is {@code where}
     * @param file instructions there in the file
     * @param memory instructions there now
     */
    record Row(
            Cause cause,
            int places,
            long sizeBytes,
            @Column(Column.Style.HEX) long address,
            String where,
            List<String> file,
            List<String> memory) {}

    @Override
    public String name() {
        return "check_text";
    }

    @Override
    public String summary() {
        return "the kernel's code against its file; patches show";
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public Set<Need> needs() {
        return Set.of(Need.IMAGE);
    }

    @Override
    public Stream<Row> run(KernelView kernel, Scope scope) {
        var image = new KernelImage(kernel.symbols(), scope.image().orElseThrow());
        List<Difference> differences = new TextCheck(kernel, image).differences();
        var code = new KernelCode(kernel);
        var rows = new ArrayList<Row>();
        for (Cause cause : Cause.values()) {
            List<Difference> those =
                    differences.stream().filter(each -> each.cause() == cause).toList();
            if (cause == Cause.UNEXPLAINED) {
                those.forEach(each -> rows.add(row(kernel, code, image, List.of(each))));
            } else if (!those.isEmpty()) {
                rows.add(row(kernel, code, image, those));
            }
        }
        return rows.stream();
    }

    private static Row row(KernelView kernel, KernelCode code, KernelImage image, List<Difference> those) {
        Difference first = those.getFirst();
        // Instructions begin at even addresses; the one that differs may have begun two bytes before.
        long from = first.address() & -2;
        AddressSpace space = kernel.space();
        int length = Math.min(first.sizeBytes() + 1, MOST_SHOWN_BYTES);
        return new Row(
                first.cause(),
                those.size(),
                those.stream().mapToLong(Difference::sizeBytes).sum(),
                first.address(),
                code.describe(first.address()),
                instructions(from, length, image::readInt),
                instructions(from, length, space::readInt));
    }

    /** Reads four bytes at an address. */
    @FunctionalInterface
    private interface Words {
        int at(long address);
    }

    private static List<String> instructions(long from, int length, Words words) {
        var text = new ArrayList<String>();
        for (long at = from; at < from + length; ) {
            int bits = words.at(at);
            text.add(Disassembler.disassemble(bits, at));
            at += (bits & 3) == 3 ? 4 : 2;
        }
        return text;
    }
}

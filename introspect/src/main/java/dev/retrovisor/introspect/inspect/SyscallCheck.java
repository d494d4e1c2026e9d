package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.KernelCode;
import dev.retrovisor.introspect.linux.KernelImage;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.symbols.Symbol;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Whether the table of system calls leads to the kernel's own functions. */
final class SyscallCheck implements Inspection<SyscallCheck.Row> {
    private static final int MOST_CALLS = 4096;

    /**
     * @param number of the system call
     * @param handler what the table leads to
     * @param expected what it leads to in the kernel's file, where that is given
     * @param verdict whether that is right
     */
    record Row(
            int number,
            @Column(Column.Style.HEX) long address,
            String handler,
            Optional<String> expected,
            Verdict verdict) {}

    enum Verdict {
        GOOD,
        /** It leads into the kernel's code, but not to the start of a function for a system call. */
        NO_SYSCALL,
        /** It leads out of the kernel's code: into a module, or nowhere. */
        OUTSIDE,
        /** It is not what the kernel's file has. */
        CHANGED
    }

    @Override
    public String name() {
        return "check_syscall";
    }

    @Override
    public String summary() {
        return "system calls and the functions that their table leads to; hooks show";
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public Stream<Row> run(KernelView kernel, Scope scope) {
        var code = new KernelCode(kernel);
        long table = kernel.symbols().address("sys_call_table");
        int count = count(kernel, table);
        Optional<KernelImage> image = scope.image().map(bytes -> new KernelImage(kernel.symbols(), bytes));
        AddressSpace space = kernel.space();
        return IntStream.range(0, count)
                .boxed()
                .flatMap(number ->
                        kernel
                                .tolerate(
                                        name(),
                                        () -> row(kernel, code, image, number, table + number * Long.BYTES, space))
                                .stream());
    }

    /** As many as lead somewhere: behind the table, before the next symbol, may lie what has none. */
    private static int count(KernelView kernel, long table) {
        AddressSpace space = kernel.space();
        OptionalLong end = kernel.symbols().next(table);
        int count = Math.clamp((end.orElse(table) - table) / Long.BYTES, 0, MOST_CALLS);
        while (count > 0 && !leadsSomewhere(space, table + (count - 1L) * Long.BYTES)) {
            count--;
        }
        return count;
    }

    private static boolean leadsSomewhere(AddressSpace space, long entry) {
        return space.isMapped(entry) && space.isMapped(space.readLong(entry));
    }

    private static Row row(
            KernelView kernel,
            KernelCode code,
            Optional<KernelImage> image,
            int number,
            long entry,
            AddressSpace space) {
        long address = space.readLong(entry);
        Optional<Long> original =
                image.filter(file -> file.has(entry, Long.BYTES)).map(file -> file.readLong(entry));
        return new Row(
                number,
                address,
                code.describe(address),
                original.map(code::describe),
                verdict(kernel, code, address, original));
    }

    private static Verdict verdict(KernelView kernel, KernelCode code, long address, Optional<Long> original) {
        if (!code.isImageText(address)) {
            return Verdict.OUTSIDE;
        } else if (original.isPresent() && original.get() != address) {
            return Verdict.CHANGED;
        }
        boolean isCall = kernel.symbols()
                .at(address)
                .filter(symbol -> symbol.address() == address && isSyscall(symbol))
                .isPresent();
        return isCall ? Verdict.GOOD : Verdict.NO_SYSCALL;
    }

    private static boolean isSyscall(Symbol symbol) {
        return symbol.name().startsWith("__riscv_sys_")
                || symbol.name().startsWith("__se_sys_")
                || symbol.name().startsWith("sys_");
    }
}

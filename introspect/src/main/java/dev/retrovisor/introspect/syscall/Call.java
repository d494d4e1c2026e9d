package dev.retrovisor.introspect.syscall;

import dev.retrovisor.introspect.syscall.Signature.Parameter;
import java.util.AbstractList;

/** One system call between entry and exit, and what was put into words of it so far. */
final class Call extends AbstractList<Argument> {
    private final int number;
    private final Signature signature;
    private final long[] registers;
    private final long startNanos;
    private final long pageTable;
    private final CallText writer;

    /** By parameter; null where nothing had to be looked at yet. */
    private final Seen[] seen;

    /** A bit for each parameter whose memory was not there. */
    private int missing;

    private int fd = -1;
    private FileAnnotation file = FileAnnotation.NONE;

    /** @param pageTable the caller's, which tells whether it has become another program */
    Call(int number, Signature signature, long[] registers, long startNanos, long pageTable, CallText writer) {
        this.number = number;
        this.signature = signature;
        this.registers = registers;
        this.startNanos = startNanos;
        this.pageTable = pageTable;
        this.writer = writer;
        seen = new Seen[signature.parameters().size()];
    }

    int number() {
        return number;
    }

    Signature signature() {
        return signature;
    }

    long[] registers() {
        return registers;
    }

    long startNanos() {
        return startNanos;
    }

    int fd() {
        return fd;
    }

    String fdName() {
        return file.name();
    }

    void setFile(Seen.Descriptor newFile) {
        if (fd < 0 && newFile.number() >= 0) {
            fd = newFile.number();
            file = newFile.file();
        }
    }

    /** Looks at what may be gone when the call returns; {@code writer} stands at its entry. */
    void enter() {
        for (int i : signature.entering()) {
            seen[i] = see(i);
            if (writer.takeFault()) {
                missing |= 1 << i;
            }
            if (seen[i] instanceof Seen.Descriptor descriptor && descriptor.file() != FileAnnotation.NONE) {
                setFile(descriptor);
            }
        }
    }

    /**
     * Looks at what the kernel filled in, and what was not in memory before: the kernel may have fetched it meanwhile.
     * {@code writer} stands at its exit.
     */
    void exit(long pageTableNow) {
        for (int i = 0; missing >>> i != 0; i++) {
            boolean isEntryOnly = parameter(i).kind().phase() == Kind.Phase.ENTRY;
            if ((missing >>> i & 1) != 0 && isEntryOnly && pageTableNow == pageTable) {
                seen[i] = see(i);
            }
        }
        for (int i : signature.leaving()) {
            if (seen[i] == null) {
                seen[i] = see(i);
            } else {
                Parameter parameter = parameter(i);
                parameter.kind().writeAgain(writer, registers[parameter.register()], seen[i].text());
                seen[i] = new Seen.Words(writer.take());
            }
        }
    }

    private Parameter parameter(int index) {
        return signature.parameters().get(index);
    }

    private Seen see(int index) {
        Parameter parameter = parameter(index);
        return parameter.kind().see(writer, registers[parameter.register()]);
    }

    @Override
    public Argument get(int index) {
        Parameter parameter = parameter(index);
        long raw = registers[parameter.register()];
        String words = words(index, parameter.kind(), raw);
        String text = parameter.isLabelled() ? parameter.name() + "=" + words : words;
        return new Argument(parameter.name(), text, raw);
    }

    private String words(int index, Kind kind, long raw) {
        Seen known = seen[index];
        if (known == null && kind.phase() == Kind.Phase.ANY) {
            writer.take();
            known = kind.see(writer, raw);
        } else if (known == null) {
            known = Seen.Words.ofPointer(raw);
        }
        var words = new Seen.Words(known.text());
        seen[index] = words;
        return words.text();
    }

    @Override
    public int size() {
        return seen.length;
    }
}

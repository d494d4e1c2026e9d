package dev.retrovisor.introspect.syscall;

import dev.retrovisor.introspect.syscall.Signature.Parameter;
import java.util.AbstractList;
import java.util.List;

/** One system call between entry and exit, and what was put into words of it so far. */
final class Call extends AbstractList<Argument> {
    private final int number;
    private final Signature signature;
    private final long[] registers;
    private final long startNanos;
    private final long pageTable;
    private final CallText writer;

    /** By parameter; null where nothing had to be written yet. */
    private final String[] texts;

    /** A bit for each parameter whose memory was not there. */
    private int missing;

    private int fd = -1;
    private String fdName = "";

    /** @param pageTable the caller's, which tells whether it has become another program */
    Call(int number, Signature signature, long[] registers, long startNanos, long pageTable, CallText writer) {
        this.number = number;
        this.signature = signature;
        this.registers = registers;
        this.startNanos = startNanos;
        this.pageTable = pageTable;
        this.writer = writer;
        texts = new String[signature.parameters().size()];
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
        return fdName;
    }

    void setFile(int newFd, String annotation) {
        if (fd < 0 && newFd >= 0) {
            fd = newFd;
            fdName = annotation.length() < 2 ? "" : annotation.substring(1, annotation.lastIndexOf('>'));
        }
    }

    /** Puts into words what may be gone when the call returns; {@code writer} stands at its entry. */
    void enter() {
        List<Parameter> parameters = signature.parameters();
        for (int i = 0; i < texts.length; i++) {
            Parameter parameter = parameters.get(i);
            Kind kind = parameter.kind();
            if (kind.phase() == Kind.Phase.ENTRY || kind.phase() == Kind.Phase.BOTH) {
                long value = registers[parameter.register()];
                kind.write(writer, value);
                texts[i] = writer.take();
                if (writer.takeFault()) {
                    missing |= 1 << i;
                }
                if (kind instanceof FileKinds.Descriptor && fd < 0) {
                    noteFile((int) value, texts[i]);
                }
            }
        }
    }

    private void noteFile(int number, String text) {
        int bracket = text.indexOf('<');
        if (bracket >= 0) {
            setFile(number, text.substring(bracket));
        }
    }

    /**
     * Puts into words what the kernel filled in, and what was not in memory before: the kernel may have fetched it meanwhile.
     * {@code writer} stands at its exit.
     */
    void exit(long pageTableNow) {
        boolean isSameMemory = pageTableNow == pageTable;
        List<Parameter> parameters = signature.parameters();
        for (int i = 0; i < texts.length; i++) {
            Parameter parameter = parameters.get(i);
            Kind kind = parameter.kind();
            long value = registers[parameter.register()];
            if (kind.phase() == Kind.Phase.EXIT) {
                kind.write(writer, value);
                texts[i] = writer.take();
            } else if (kind.phase() == Kind.Phase.BOTH) {
                kind.writeAgain(writer, value, texts[i]);
                texts[i] = writer.take();
            } else if ((missing >>> i & 1) != 0 && isSameMemory) {
                kind.write(writer, value);
                texts[i] = writer.take();
            }
        }
    }

    @Override
    public Argument get(int index) {
        Parameter parameter = signature.parameters().get(index);
        long raw = registers[parameter.register()];
        if (texts[index] == null) {
            texts[index] = parameter.kind().phase() == Kind.Phase.ANY ? words(parameter, raw) : hex(raw);
        }
        String text = parameter.isLabelled() ? parameter.name() + "=" + texts[index] : texts[index];
        return new Argument(parameter.name(), text, raw);
    }

    private String words(Parameter parameter, long raw) {
        writer.take();
        parameter.kind().write(writer, raw);
        return writer.take();
    }

    private static String hex(long value) {
        return value == 0 ? "NULL" : "0x" + Long.toHexString(value);
    }

    @Override
    public int size() {
        return texts.length;
    }
}

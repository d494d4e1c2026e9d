package dev.retrovisor.introspect.syscall;

/** A number that has names. */
record Named(NameSet names, int sizeBytes) implements Kind {
    @Override
    public Phase phase() {
        return Phase.ANY;
    }

    @Override
    public void write(CallText out, long value) {
        names.write(out.text(), widened(value));
    }

    /** What a register of 64 bits means by a number of 32, which it may hold with or without its sign. */
    long widened(long value) {
        if (sizeBytes == Long.BYTES) {
            return value;
        }
        int shift = Long.SIZE - 8 * sizeBytes;
        long signed = value << shift >> shift;
        return names.exact(signed) != null ? signed : value << shift >>> shift;
    }
}

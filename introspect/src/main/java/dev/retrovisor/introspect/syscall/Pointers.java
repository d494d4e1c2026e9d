package dev.retrovisor.introspect.syscall;

/** Pointers to something of another kind. */
final class Pointers {
    private static final int MOST_ENVIRONMENT = 1 << 16;

    private Pointers() {}

    /** To one. */
    record ToOne(Kind kind) implements Kind {
        @Override
        public int sizeBytes() {
            return Long.BYTES;
        }

        @Override
        public void write(CallText out, long value) {
            out.pointed(value, () -> {
                if (kind.hasBrackets()) {
                    kind.writeAt(out, value);
                } else {
                    out.append("[");
                    kind.writeAt(out, value);
                    out.append("]");
                }
            });
        }
    }

    /** To several. */
    record ToMany(Kind kind, Count count) implements Kind {
        @Override
        public int sizeBytes() {
            return Long.BYTES;
        }

        @Override
        public void write(CallText out, long value) {
            out.pointed(value, () -> {
                long elements = Math.clamp(count.of(out), 0, Integer.MAX_VALUE);
                out.append("[");
                for (int i = 0; i < elements; i++) {
                    if (i > 0) {
                        out.append(", ");
                    }
                    if (i == CallText.MOST_ELEMENTS) {
                        out.append("...");
                        break;
                    }
                    kind.writeAt(out, value + (long) i * kind.sizeBytes());
                }
                out.append("]");
            });
        }
    }

    /** To pointers to strings, up to null: {@code ["ls", "-l"]}. */
    record Strings() implements Kind {
        @Override
        public int sizeBytes() {
            return Long.BYTES;
        }

        @Override
        public void write(CallText out, long value) {
            out.pointed(value, () -> {
                out.append("[");
                for (int i = 0; ; i++) {
                    long string = out.read(value + 8L * i, Long.BYTES);
                    if (string == 0) {
                        break;
                    }
                    if (i > 0) {
                        out.append(", ");
                    }
                    if (i == CallText.MOST_ELEMENTS) {
                        out.append("...");
                        break;
                    }
                    out.string(string, CallText.MOST_STRING_BYTES);
                }
                out.append("]");
            });
        }
    }

    /** To pointers to strings, which are only counted. */
    record Environment() implements Kind {
        @Override
        public int sizeBytes() {
            return Long.BYTES;
        }

        @Override
        public void write(CallText out, long value) {
            out.pointed(value, () -> {
                int count = 0;
                while (count < MOST_ENVIRONMENT && out.read(value + 8L * count, Long.BYTES) != 0) {
                    count++;
                }
                out.hex(value).append(" /* ").append(count).append(count == 1 ? " var */" : " vars */");
            });
        }
    }

    /** What another kind writes, but only once the call has returned; the pointer alone if it failed. */
    record Filled(Kind kind) implements Kind {
        @Override
        public int sizeBytes() {
            return kind.sizeBytes();
        }

        @Override
        public Phase phase() {
            return Phase.EXIT;
        }

        @Override
        public void write(CallText out, long value) {
            if (out.isError()) {
                out.pointer(value);
            } else {
                kind.write(out, value);
            }
        }

        @Override
        public Seen see(CallText out, long value) {
            return out.isError() ? Seen.Words.ofPointer(value) : kind.see(out, value);
        }
    }
}

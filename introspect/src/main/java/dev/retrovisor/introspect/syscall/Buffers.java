package dev.retrovisor.introspect.syscall;

import dev.retrovisor.introspect.linux.CText;

/** Bytes and strings behind a pointer. */
final class Buffers {
    private Buffers() {}

    /** A C string. */
    record Text(int mostBytes) implements Kind {
        @Override
        public int sizeBytes() {
            return Long.BYTES;
        }

        @Override
        public void write(CallText out, long value) {
            out.string(value, mostBytes);
        }

        @Override
        public Seen see(CallText out, long value) {
            return out.seeString(value, mostBytes);
        }
    }

    /** A C string in an array. */
    record TextArray(int sizeBytes) implements Kind {
        @Override
        public int alignmentBytes() {
            return 1;
        }

        @Override
        public void write(CallText out, long value) {
            out.hex(value);
        }

        @Override
        public void writeAt(CallText out, long address) {
            byte[] bytes = out.readString(address, sizeBytes);
            out.append(CText.quoted(bytes, bytes.length));
        }
    }

    record Bytes(Count count) implements Kind {
        @Override
        public int sizeBytes() {
            return Long.BYTES;
        }

        @Override
        public void write(CallText out, long value) {
            out.pointed(value, () -> out.buffer(value, count.of(out)));
        }

        @Override
        public Seen see(CallText out, long value) {
            return out.seePointed(value, () -> out.seeBuffer(value, count.of(out)));
        }
    }

    /** Bytes that are no text: {@code "\x1f\x80"}. */
    record Octets(Count count) implements Kind {
        @Override
        public int sizeBytes() {
            return Long.BYTES;
        }

        @Override
        public void write(CallText out, long value) {
            out.pointed(value, () -> {
                long length = count.of(out);
                out.append("\"");
                for (byte each : out.readBytes(value, Math.min(length, CallText.MOST_STRING_BYTES))) {
                    out.append("\\x%02x".formatted(each & 0xff));
                }
                out.append(length > CallText.MOST_STRING_BYTES ? "\"..." : "\"");
            });
        }
    }

    /** An option of a socket: a number, or bytes. */
    record Option(Count count) implements Kind {
        @Override
        public int sizeBytes() {
            return Long.BYTES;
        }

        @Override
        public void write(CallText out, long value) {
            out.pointed(value, () -> {
                long length = count.of(out);
                if (length == Integer.BYTES) {
                    out.append("[").append(out.read(value, Integer.BYTES)).append("]");
                } else {
                    out.buffer(value, length);
                }
            });
        }
    }

    /** A message of SysV queues: its type, and that many bytes. */
    record Message(Count count) implements Kind {
        @Override
        public int sizeBytes() {
            return Long.BYTES;
        }

        @Override
        public void write(CallText out, long value) {
            out.pointed(value, () -> {
                out.append("{").append(out.read(value, Long.BYTES)).append(", ");
                out.buffer(value + Long.BYTES, count.of(out));
                out.append("}");
            });
        }
    }

    /** Directory entries, which are only counted. */
    record Entries(Count count) implements Kind {
        private static final int LENGTH_OFFSET = 16;

        @Override
        public int sizeBytes() {
            return Long.BYTES;
        }

        @Override
        public void write(CallText out, long value) {
            out.pointed(value, () -> {
                long bytes = count.of(out);
                int entries = 0;
                for (long at = 0; at < bytes; entries++) {
                    at += Math.max(1, out.read(value + at + LENGTH_OFFSET, Short.BYTES) & 0xffff);
                }
                out.hex(value).append(" /* ").append(entries).append(" entries */");
            });
        }
    }

    /** A bit for each processor. */
    record Processors(Count count) implements Kind {
        @Override
        public int sizeBytes() {
            return Long.BYTES;
        }

        @Override
        public void write(CallText out, long value) {
            out.pointed(value, () -> {
                byte[] mask = out.readBytes(value, Math.min(count.of(out), 1024));
                String separator = "";
                out.append("[");
                for (int i = 0; i < mask.length * 8; i++) {
                    if ((mask[i / 8] >> i % 8 & 1) != 0) {
                        out.append(separator).append(i);
                        separator = " ";
                    }
                }
                out.append("]");
            });
        }
    }
}

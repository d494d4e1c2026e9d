package dev.retrovisor.introspect.syscall;

/** Files: descriptors, modes, and what waits for files. */
final class FileKinds {
    private static final int CURRENT_DIRECTORY = -100;
    private static final int TYPE_MASK = 0170000;
    private static final int PERMISSIONS = 07777;

    private FileKinds() {}

    /** A file descriptor, with what it is. */
    record Descriptor(boolean isDirectory) implements Kind {
        @Override
        public int sizeBytes() {
            return Integer.BYTES;
        }

        @Override
        public void write(CallText out, long value) {
            out.append(see(out, value).text());
        }

        @Override
        public Seen see(CallText out, long value) {
            boolean isCurrent = isDirectory && (int) value == CURRENT_DIRECTORY;
            return isCurrent ? out.seeWorkingDirectory() : out.seeFile((int) value);
        }
    }

    /** Type and permissions: {@code S_IFREG|0644}. */
    record Mode(NameSet types, int sizeBytes) implements Kind {
        @Override
        public Phase phase() {
            return Phase.ANY;
        }

        @Override
        public void write(CallText out, long value) {
            long type = value & TYPE_MASK;
            if (type != 0) {
                types.write(out.text(), type);
                out.append("|");
            }
            String permissions = Long.toOctalString(value & PERMISSIONS);
            out.append("0000".substring(0, Math.max(1, 4 - permissions.length())))
                    .append(permissions);
        }
    }

    /** What access asks for. */
    record Access(NameSet names) implements Kind {
        @Override
        public int sizeBytes() {
            return Integer.BYTES;
        }

        @Override
        public Phase phase() {
            return Phase.ANY;
        }

        @Override
        public void write(CallText out, long value) {
            if ((int) value == 0) {
                out.append("F_OK");
            } else {
                names.write(out.text(), value & 0xffff_ffffL);
            }
        }
    }

    /** A {@code struct stat}, as short as strace has it. */
    record Stat(Mode mode) implements Kind {
        private static final int MODE_OFFSET = 16;
        private static final int DEVICE_OFFSET = 32;
        private static final int SIZE_OFFSET = 48;

        @Override
        public int sizeBytes() {
            return 128;
        }

        @Override
        public boolean hasBrackets() {
            return true;
        }

        @Override
        public void write(CallText out, long value) {
            writeAt(out, value);
        }

        @Override
        public void writeAt(CallText out, long address) {
            long bits = out.read(address + MODE_OFFSET, Integer.BYTES);
            out.append("{st_mode=");
            mode.write(out, bits);
            long type = bits & TYPE_MASK;
            if (type == 0020000 || type == 0060000) {
                out.append(", st_rdev=");
                Scalar.DEVICE.write(out, out.read(address + DEVICE_OFFSET, Long.BYTES));
            } else {
                out.append(", st_size=").append(out.read(address + SIZE_OFFSET, Long.BYTES));
            }
            out.append(", ...}");
        }
    }

    /** What poll waits for; what came is said behind the result. */
    record Polled(Count count, NameSet events) implements Kind {
        private static final int BYTES = 8;

        @Override
        public int sizeBytes() {
            return Long.BYTES;
        }

        @Override
        public Phase phase() {
            return Phase.BOTH;
        }

        @Override
        public void write(CallText out, long value) {
            writeFiles(out, value, false);
        }

        private void writeFiles(CallText out, long address, boolean whatCame) {
            out.pointed(address, () -> {
                String separator = "";
                int written = 0;
                out.append("[");
                for (int i = 0; i < count.of(out); i++) {
                    long at = address + (long) i * BYTES;
                    long bits = out.read(at + (whatCame ? 6 : 4), Short.BYTES) & 0xffff;
                    if (whatCame && bits == 0) {
                        continue;
                    }
                    out.append(separator);
                    separator = ", ";
                    if (written++ == CallText.MOST_ELEMENTS) {
                        out.append("...");
                        break;
                    }
                    out.append("{fd=");
                    out.descriptor((int) out.read(at, Integer.BYTES));
                    out.append(whatCame ? ", revents=" : ", events=");
                    events.write(out.text(), bits);
                    out.append("}");
                }
                out.append("]");
            });
        }

        @Override
        public void writeAgain(CallText out, long value, String before) {
            if (out.result() == 0) {
                out.note("Timeout");
            } else if (!out.isError()) {
                writeFiles(out, value, true);
                out.note(out.take());
            }
            out.append(before);
        }
    }

    /** A set that select waits for; which of it came is said behind the result. */
    record Selected(Count count, String word) implements Kind {
        private static final int MOST = 1024;

        @Override
        public int sizeBytes() {
            return Long.BYTES;
        }

        @Override
        public Phase phase() {
            return Phase.BOTH;
        }

        @Override
        public void write(CallText out, long value) {
            out.pointed(value, () -> writeSet(out, value, true));
        }

        private boolean writeSet(CallText out, long address, boolean isAnnotated) {
            String separator = "";
            out.append("[");
            int files = Math.clamp(count.of(out), 0, MOST);
            for (int i = 0; i < files; i++) {
                if ((out.read(address + i / 64 * 8, Long.BYTES) >>> i & 1) != 0) {
                    out.append(separator);
                    separator = " ";
                    if (isAnnotated) {
                        out.descriptor(i);
                    } else {
                        out.append(i);
                    }
                }
            }
            out.append("]");
            return !separator.isEmpty();
        }

        @Override
        public void writeAgain(CallText out, long value, String before) {
            if (out.result() == 0) {
                if (word.equals("in")) {
                    out.note("Timeout");
                }
            } else if (!out.isError() && value != 0 && writeSet(out, value, false)) {
                out.note(word + " " + out.take());
            }
            out.take();
            out.append(before);
        }
    }

    /** How long a call waits; what is left of it is said behind the result. */
    record TimeLeft(Kind time) implements Kind {
        @Override
        public int sizeBytes() {
            return Long.BYTES;
        }

        @Override
        public Phase phase() {
            return Phase.BOTH;
        }

        @Override
        public void write(CallText out, long value) {
            time.write(out, value);
        }

        @Override
        public void writeAgain(CallText out, long value, String before) {
            if (out.result() > 0 && value != 0) {
                time.write(out, value);
                out.note("left " + out.take());
            }
            out.append(before);
        }
    }
}

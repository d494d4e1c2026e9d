package dev.retrovisor.introspect.syscall;

/** A number in its own way of writing. */
enum Scalar implements Kind {
    INT("int", 4) {
        @Override
        public void write(CallText out, long value) {
            out.append((int) value);
        }
    },
    UINT("uint", 4) {
        @Override
        public void write(CallText out, long value) {
            out.append(value & 0xffff_ffffL);
        }
    },
    SHORT("short", 2) {
        @Override
        public void write(CallText out, long value) {
            out.append((short) value);
        }
    },
    USHORT("ushort", 2) {
        @Override
        public void write(CallText out, long value) {
            out.append(value & 0xffff);
        }
    },
    LONG("long", 8) {
        @Override
        public void write(CallText out, long value) {
            out.append(value);
        }
    },
    ULONG("ulong", 8) {
        @Override
        public void write(CallText out, long value) {
            out.append(Long.toUnsignedString(value));
        }
    },
    HEX("hex", 8) {
        @Override
        public void write(CallText out, long value) {
            out.hex(value);
        }
    },
    HEX8("hex8", 8) {
        @Override
        public void write(CallText out, long value) {
            out.hex(value);
        }
    },
    HEX4("hex4", 4) {
        @Override
        public void write(CallText out, long value) {
            out.hex(value & 0xffff_ffffL);
        }
    },
    OCTAL("octal", 4) {
        @Override
        public void write(CallText out, long value) {
            out.append(octal(value & 0xffff_ffffL));
        }
    },
    POINTER("ptr", 8) {
        @Override
        public void write(CallText out, long value) {
            out.pointer(value);
        }
    },
    /** A user's or group's number; all ones is no number. */
    ID("id", 4) {
        @Override
        public void write(CallText out, long value) {
            out.append((int) value == -1 ? -1 : value & 0xffff_ffffL);
        }
    },
    LIMIT("limit", 8) {
        @Override
        public void write(CallText out, long value) {
            if (value == -1) {
                out.append("RLIM64_INFINITY");
            } else if (value > KIBI && value % KIBI == 0) {
                out.append(Long.toUnsignedString(value / KIBI)).append("*1024");
            } else {
                out.append(Long.toUnsignedString(value));
            }
        }
    },
    /** Which of a futex's waiters. */
    BITSET("bitset", 4) {
        @Override
        public void write(CallText out, long value) {
            if ((int) value == -1) {
                out.append("FUTEX_BITSET_MATCH_ANY");
            } else {
                out.hex(value & 0xffff_ffffL);
            }
        }
    },
    EPOLL_DATA("epoll_data", 8) {
        @Override
        public int alignmentBytes() {
            return Long.BYTES;
        }

        @Override
        public void write(CallText out, long value) {
            out.append("{u32=")
                    .append(value & 0xffff_ffffL)
                    .append(", u64=")
                    .append(Long.toUnsignedString(value))
                    .append("}");
        }
    },
    /** A device's number as the system call interface packs it. */
    DEVICE("dev", 4) {
        @Override
        public void write(CallText out, long value) {
            long major = value >>> 8 & 0xfff | value >>> 32 & 0xffff_f000L;
            long minor = value & 0xff | value >>> 12 & 0xffff_ff00L;
            out.append("makedev(").hex(major).append(", ").hex(minor).append(")");
        }
    };

    private static final long KIBI = 1024;

    private final String word;
    private final int sizeBytes;

    Scalar(String word, int sizeBytes) {
        this.word = word;
        this.sizeBytes = sizeBytes;
    }

    static String octal(long value) {
        return value == 0 ? "0" : "0" + Long.toOctalString(value);
    }

    String word() {
        return word;
    }

    @Override
    public int sizeBytes() {
        return sizeBytes;
    }

    @Override
    public Phase phase() {
        return Phase.ANY;
    }
}

package dev.retrovisor.introspect.syscall;

/** Signals: numbers, sets, handlers, and what a signal says. */
final class SignalKinds {
    private static final int FIRST_REALTIME = 32;
    private static final int LAST = 64;
    private static final int SET_BYTES = 8;
    private static final int MOST_NAMED = 42;
    private static final int HANDLER_BYTES = 24;
    private static final int INFO_BYTES = 128;

    private final NameSet names;
    private final NameSet actionFlags;
    private final NameSet notifications;

    SignalKinds(Uapi uapi) {
        names = uapi.set("signals");
        actionFlags = uapi.set("sigaction");
        notifications = uapi.set("sigevent");
    }

    private String name(long number) {
        String name = names.exact(number);
        if (name != null) {
            return name;
        }
        return number >= FIRST_REALTIME && number <= LAST
                ? "SIGRT_" + (number - FIRST_REALTIME)
                : Long.toString(number);
    }

    private void writeSet(CallText out, long mask) {
        boolean isInverted = Long.bitCount(mask) >= MOST_NAMED;
        out.append(isInverted ? "~[" : "[");
        String separator = "";
        for (long left = isInverted ? ~mask : mask; left != 0; left &= left - 1) {
            out.append(separator)
                    .append(name(Long.numberOfTrailingZeros(left) + 1).substring("SIG".length()));
            separator = " ";
        }
        out.append("]");
    }

    private void writeHandler(CallText out, long handler) {
        switch (Math.clamp(handler, -1, 3)) {
            case 0 -> out.append("SIG_DFL");
            case 1 -> out.append("SIG_IGN");
            default -> out.hex(handler);
        }
    }

    /** A signal's number. */
    final class Number implements Kind {
        private final int sizeBytes;

        Number(int sizeBytes) {
            this.sizeBytes = sizeBytes;
        }

        @Override
        public int sizeBytes() {
            return sizeBytes;
        }

        @Override
        public Phase phase() {
            return Phase.ANY;
        }

        @Override
        public void write(CallText out, long value) {
            out.append(name((int) value));
        }
    }

    /** Flags of clone, with the signal of the child's death. */
    static final class CloneFlags implements Kind {
        private static final int SIGNAL_MASK = 0xff;

        private final NameSet flags;
        private final SignalKinds signals;

        CloneFlags(Uapi uapi, SignalKinds signals) {
            flags = uapi.set("clone");
            this.signals = signals;
        }

        @Override
        public int sizeBytes() {
            return Long.BYTES;
        }

        @Override
        public Phase phase() {
            return Phase.ANY;
        }

        @Override
        public void write(CallText out, long value) {
            long bits = value & ~SIGNAL_MASK;
            long signal = value & SIGNAL_MASK;
            if (bits != 0) {
                flags.write(out.text(), bits);
                out.append(signal == 0 ? "" : "|");
            }
            if (bits == 0 || signal != 0) {
                out.append(signals.name(signal));
            }
        }
    }

    /** A set of signals. */
    final class Set implements Kind {
        @Override
        public int sizeBytes() {
            return SET_BYTES;
        }

        @Override
        public boolean hasBrackets() {
            return true;
        }

        @Override
        public void write(CallText out, long value) {
            writeSet(out, value);
        }
    }

    /** A {@code struct sigaction} of the kernel's. */
    final class Action implements Kind {
        @Override
        public int sizeBytes() {
            return HANDLER_BYTES;
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
            out.append("{sa_handler=");
            writeHandler(out, out.read(address, Long.BYTES));
            out.append(", sa_mask=");
            writeSet(out, out.read(address + 16, Long.BYTES));
            out.append(", sa_flags=");
            actionFlags.write(out.text(), out.read(address + 8, Long.BYTES) & 0xffff_ffffL);
            out.append("}");
        }
    }

    /** A {@code siginfo_t}: what all signals have, and who sent it. */
    final class Info implements Kind {
        private static final String[] CHILD_CODES = {
            "CLD_EXITED", "CLD_KILLED", "CLD_DUMPED", "CLD_TRAPPED", "CLD_STOPPED", "CLD_CONTINUED"
        };
        private static final int SIGCHLD = 17;

        @Override
        public int sizeBytes() {
            return INFO_BYTES;
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
            int signal = (int) out.read(address, Integer.BYTES);
            int code = (int) out.read(address + 8, Integer.BYTES);
            if (signal == 0) {
                out.append("{}");
                return;
            }
            boolean isChild = signal == SIGCHLD && code >= 1 && code <= CHILD_CODES.length;
            out.append("{si_signo=").append(name(signal)).append(", si_code=");
            out.append(isChild ? CHILD_CODES[code - 1] : codeName(code));
            out.append(", si_pid=").append(out.read(address + 16, Integer.BYTES));
            out.append(", si_uid=").append(out.read(address + 20, Integer.BYTES));
            if (isChild) {
                long status = out.read(address + 24, Integer.BYTES);
                out.append(", si_status=").append(code == 1 ? Long.toString(status) : name(status));
                out.append(", si_utime=").append(out.read(address + 32, Long.BYTES));
                out.append(", si_stime=").append(out.read(address + 40, Long.BYTES));
            }
            out.append("}");
        }

        private String codeName(int code) {
            return switch (code) {
                case 0 -> "SI_USER";
                case 0x80 -> "SI_KERNEL";
                case -1 -> "SI_QUEUE";
                case -2 -> "SI_TIMER";
                case -3 -> "SI_MESGQ";
                case -4 -> "SI_ASYNCIO";
                case -6 -> "SI_TKILL";
                default -> Integer.toString(code);
            };
        }
    }

    /** A {@code struct sigevent}. */
    final class Notification implements Kind {
        @Override
        public int sizeBytes() {
            return 64;
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
            out.append("{sigev_value={sival_int=")
                    .append(out.read(address, Integer.BYTES))
                    .append(", sival_ptr=");
            out.pointer(out.read(address, Long.BYTES));
            out.append("}, sigev_signo=")
                    .append(name(out.read(address + 8, Integer.BYTES)))
                    .append(", sigev_notify=");
            notifications.write(out.text(), out.read(address + 12, Integer.BYTES));
            out.append("}");
        }
    }
}

package dev.retrovisor.introspect.syscall;

import java.util.List;

/** What waiting and controlling calls pass. */
final class ProcessKinds {
    private ProcessKinds() {}

    /** Why a child's state changed: {@code [{WIFEXITED(s) && WEXITSTATUS(s) == 3}]}. */
    record WaitStatus(Kind signal) implements Kind {
        @Override
        public int sizeBytes() {
            return Long.BYTES;
        }

        @Override
        public void write(CallText out, long value) {
            if (out.result() == 0) {
                out.pointer(value); // No child did anything: nothing was written.
                return;
            }
            out.pointed(value, () -> {
                int status = (int) out.read(value, Integer.BYTES);
                int low = status & 0x7f;
                int high = status >> 8 & 0xff;
                out.append("[{");
                if (status == 0xffff) {
                    out.append("WIFCONTINUED(s)");
                } else if (low == 0) {
                    out.append("WIFEXITED(s) && WEXITSTATUS(s) == ").append(high);
                } else if (low == 0x7f) {
                    out.append("WIFSTOPPED(s) && WSTOPSIG(s) == ");
                    signal.write(out, high);
                } else {
                    out.append("WIFSIGNALED(s) && WTERMSIG(s) == ");
                    signal.write(out, low);
                    out.append((status & 0x80) != 0 ? " && WCOREDUMP(s)" : "");
                }
                out.append("}]");
            });
        }
    }

    /** A command of ioctl: its name, or the parts that it is put together of. */
    record Command(List<NameSet> sets) implements Kind {
        private static final String[] DIRECTIONS = {"_IOC_NONE", "_IOC_WRITE", "_IOC_READ", "_IOC_READ|_IOC_WRITE"};

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
            long command = value & 0xffff_ffffL;
            for (NameSet set : sets) {
                String name = set.exact(command);
                if (name != null) {
                    out.append(name);
                    return;
                }
            }
            out.append("_IOC(").append(DIRECTIONS[(int) (command >>> 30)]).append(", ");
            out.hex(command >>> 8 & 0xff).append(", ").hex(command & 0xff).append(", ");
            out.hex(command >>> 16 & 0x3fff).append(")");
        }
    }
}

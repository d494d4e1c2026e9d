package dev.retrovisor.introspect.syscall;

import dev.retrovisor.introspect.linux.CText;

/** What was seen of an argument while it was there to be seen. It is put into words only when someone asks for them. */
sealed interface Seen {
    /** As strace writes it. */
    String text();

    record Words(String text) implements Seen {
        private static final Words NULL = new Words("NULL");

        static Words ofPointer(long address) {
            return address == 0 ? NULL : new Words("0x" + Long.toHexString(address));
        }
    }

    /** The first bytes of a buffer or string, of which there are more if it {@code isCut}. */
    record Quoted(byte[] bytes, int shownBytes, boolean isCut) implements Seen {
        @Override
        public String text() {
            String quoted = CText.quoted(bytes, shownBytes);
            return isCut ? quoted + "..." : quoted;
        }
    }

    /** A file descriptor and what it is. */
    record Descriptor(int number, FileAnnotation file) implements Seen {
        @Override
        public String text() {
            return number + file.text();
        }
    }

    /** Where relative paths begin, in angle brackets. */
    record WorkingDirectory(String path) implements Seen {
        @Override
        public String text() {
            return "AT_FDCWD" + path;
        }
    }
}

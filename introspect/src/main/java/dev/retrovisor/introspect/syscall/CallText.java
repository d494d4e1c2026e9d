package dev.retrovisor.introspect.syscall;

import dev.retrovisor.introspect.linux.CText;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import java.util.function.Supplier;

/**
 * The text of a call's arguments as it is written, and what there is to look at meanwhile: the caller's memory and files.
 * One for all calls.
 */
final class CallText {
    /** strace's limits. */
    static final int MOST_STRING_BYTES = 32;

    static final int MOST_ELEMENTS = 32;
    static final int MOST_PATH_BYTES = 4096;

    private static final int MOST_BUFFER_BYTES = 1 << 20;

    private final StringBuilder text = new StringBuilder(256);
    private final StringBuilder notes = new StringBuilder();
    private final CallFiles files;
    private AddressSpace user;
    private long task;
    private long[] arguments;
    private long result;
    private boolean metFault;

    CallText(CallFiles files) {
        this.files = files;
    }

    /** Begins with a call at its entry. */
    void enter(AddressSpace userSpace, long caller, long[] callArguments) {
        user = userSpace;
        task = caller;
        arguments = callArguments;
        result = 0;
        if (!text.isEmpty() || !notes.isEmpty()) {
            text.setLength(0);
            notes.setLength(0);
        }
        metFault = false;
    }

    /** Begins with a call that has returned. */
    void exit(AddressSpace userSpace, long caller, long[] callArguments, long callResult) {
        enter(userSpace, caller, callArguments);
        result = callResult;
    }

    StringBuilder text() {
        return text;
    }

    /** What was written since the last call, which is taken away. */
    String take() {
        String taken = text.toString();
        text.setLength(0);
        return taken;
    }

    /** Whether memory was missing since the last call. */
    boolean takeFault() {
        boolean met = metFault;
        metFault = false;
        return met;
    }

    /** Says something behind the result. */
    void note(String note) {
        if (!notes.isEmpty()) {
            notes.append(", ");
        }
        notes.append(note);
    }

    String notes() {
        return notes.isEmpty() ? "" : notes.toString();
    }

    long argument(int number) {
        return arguments[number];
    }

    long result() {
        return result;
    }

    boolean isError() {
        return isError(result);
    }

    /** Whether the kernel would have the C library set errno. */
    static boolean isError(long result) {
        return result < 0 && result >= -4095;
    }

    // The caller's memory.

    /** A number of 1, 2, 4 or 8 bytes, sign-extended. */
    long read(long address, int sizeBytes) {
        return switch (sizeBytes) {
            case 1 -> (byte) user.readByte(address);
            case 2 -> (short) user.readShort(address);
            case 4 -> user.readInt(address);
            default -> user.readLong(address);
        };
    }

    byte[] readBytes(long address, long length) {
        return user.read(address, Math.clamp(length, 0, MOST_BUFFER_BYTES));
    }

    byte[] readString(long address, int most) {
        return user.readStringBytes(address, most);
    }

    // Writing.

    CallText append(String piece) {
        text.append(piece);
        return this;
    }

    CallText append(long number) {
        text.append(number);
        return this;
    }

    CallText hex(long number) {
        if (number == 0) {
            text.append('0');
        } else {
            text.append("0x").append(Long.toHexString(number));
        }
        return this;
    }

    void pointer(long address) {
        if (address == 0) {
            text.append("NULL");
        } else {
            text.append("0x").append(Long.toHexString(address));
        }
    }

    /** Writes something that a pointer leads to, or the pointer where memory is not there. */
    void pointed(long address, Runnable writing) {
        if (address == 0) {
            text.append("NULL");
            return;
        }
        int start = text.length();
        try {
            writing.run();
        } catch (MemoryFault _) {
            metFault = true;
            text.setLength(start);
            pointer(address);
        }
    }

    /** Looks at something that a pointer leads to, or at the pointer where memory is not there. */
    Seen seePointed(long address, Supplier<Seen> seeing) {
        if (address != 0) {
            try {
                return seeing.get();
            } catch (MemoryFault _) {
                metFault = true;
            }
        }
        return Seen.Words.ofPointer(address);
    }

    /** Bytes in quotation marks, as many as strace shows. */
    void quoted(byte[] bytes, boolean more) {
        int shown = Math.min(bytes.length, MOST_STRING_BYTES);
        text.append(CText.quoted(bytes, shown));
        if (more || shown < bytes.length) {
            text.append("...");
        }
    }

    /** A buffer of a length that the guest gave. */
    void buffer(long address, long length) {
        text.append(seeBuffer(address, length).text());
    }

    Seen seeBuffer(long address, long length) {
        int shown = Math.clamp(length, 0, MOST_STRING_BYTES);
        return new Seen.Quoted(readBytes(address, shown), shown, length > shown);
    }

    /** A C string behind a pointer. */
    void string(long address, int most) {
        text.append(seeString(address, most).text());
    }

    Seen seeString(long address, int most) {
        return seePointed(address, () -> {
            byte[] bytes = readString(address, most + 1);
            int shown = Math.min(bytes.length, most);
            return new Seen.Quoted(bytes, shown, shown < bytes.length);
        });
    }

    // The caller's files.

    void descriptor(int fd) {
        text.append(seeFile(fd).text());
    }

    Seen.Descriptor seeFile(int fd) {
        return new Seen.Descriptor(fd, fd < 0 ? FileAnnotation.NONE : files.annotation(task, fd));
    }

    Seen seeWorkingDirectory() {
        return new Seen.WorkingDirectory(files.workingDirectory(task));
    }
}

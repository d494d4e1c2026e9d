package dev.retrovisor.introspect.syscall;

import dev.retrovisor.introspect.linux.CText;
import dev.retrovisor.introspect.linux.InternetAddress;
import java.util.Arrays;

/** What socket calls pass: addresses, vectors of buffers, messages. */
final class SocketKinds {
    private static final int MOST_ADDRESS_BYTES = 128;
    private static final int FAMILY_BYTES = 2;
    private static final int IOVEC_BYTES = 16;
    private static final int MESSAGE_BYTES = 56;

    private final NameSet families;
    private final NameSet levels;
    private final NameSet controls;
    private final NameSet flags;

    SocketKinds(Uapi uapi) {
        families = uapi.set("families");
        levels = uapi.set("socket_levels");
        controls = uapi.set("control_messages");
        flags = uapi.set("msg_flags");
    }

    Kind address(Count length) {
        return new Address(length);
    }

    Kind message() {
        return new Message(false);
    }

    Kind messages(Count count) {
        return new Pointers.ToMany(new CountedMessage(), count);
    }

    /** A {@code struct sockaddr} of a length. */
    private final class Address extends Behind {
        private final Count length;

        Address(Count length) {
            this.length = length;
        }

        @Override
        void writeWhatIsAt(CallText out, long address) {
            writeAddress(out, address, length.of(out));
        }
    }

    private void writeAddress(CallText out, long address, long length) {
        byte[] bytes = out.readBytes(address, Math.min(length, MOST_ADDRESS_BYTES));
        if (bytes.length < FAMILY_BYTES) {
            out.pointer(address);
            return;
        }
        int family = bytes[0] & 0xff | (bytes[1] & 0xff) << 8;
        out.append("{sa_family=");
        families.write(out.text(), family);
        switch (family) {
            case 1 -> unixName(out, bytes);
            case 2 -> internet(out, bytes);
            case 10 -> internet6(out, bytes);
            case 16 -> netlink(out, bytes);
            default -> {
                if (bytes.length > FAMILY_BYTES) {
                    byte[] rest = Arrays.copyOfRange(bytes, FAMILY_BYTES, bytes.length);
                    out.append(", sa_data=").append(CText.quoted(rest, rest.length));
                }
            }
        }
        out.append("}");
    }

    private static void unixName(CallText out, byte[] bytes) {
        if (bytes.length <= FAMILY_BYTES) {
            return;
        }
        boolean isAbstract = bytes[FAMILY_BYTES] == 0;
        int start = isAbstract ? FAMILY_BYTES + 1 : FAMILY_BYTES;
        int end = start;
        while (end < bytes.length && (isAbstract || bytes[end] != 0)) {
            end++;
        }
        byte[] name = Arrays.copyOfRange(bytes, start, end);
        out.append(isAbstract ? ", sun_path=@" : ", sun_path=").append(CText.quoted(name, name.length));
    }

    private static int port(byte[] bytes) {
        return (bytes[2] & 0xff) << 8 | bytes[3] & 0xff;
    }

    private static void internet(CallText out, byte[] bytes) {
        if (bytes.length >= 8) {
            out.append(", sin_port=htons(").append(port(bytes)).append("), sin_addr=inet_addr(\"");
            out.append(InternetAddress.text(Arrays.copyOfRange(bytes, 4, 8))).append("\")");
        }
    }

    private static void internet6(CallText out, byte[] bytes) {
        if (bytes.length >= 24) {
            out.append(", sin6_port=htons(").append(port(bytes)).append("), sin6_flowinfo=htonl(");
            out.append(number(bytes, 4, true)).append("), inet_pton(AF_INET6, \"");
            out.append(InternetAddress.text(Arrays.copyOfRange(bytes, 8, 24))).append("\", &sin6_addr)");
            out.append(", sin6_scope_id=").append(bytes.length >= 28 ? number(bytes, 24, false) : 0);
        }
    }

    private static void netlink(CallText out, byte[] bytes) {
        if (bytes.length >= 12) {
            out.append(", nl_pid=").append(number(bytes, 4, false));
            out.append(", nl_groups=%08x".formatted(number(bytes, 8, false)));
        }
    }

    private static long number(byte[] bytes, int offset, boolean isBigEndian) {
        long value = 0;
        for (int i = 0; i < Integer.BYTES; i++) {
            value = value << 8 | bytes[offset + (isBigEndian ? i : Integer.BYTES - 1 - i)] & 0xff;
        }
        return value;
    }

    /** The length of an address, which the kernel changes: {@code [110 => 2]}. */
    record Length() implements Kind {
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
            out.pointed(
                    value,
                    () -> out.append("[").append(out.read(value, Integer.BYTES)).append("]"));
        }

        @Override
        public void writeAgain(CallText out, long value, String before) {
            write(out, value);
            String after = out.take();
            boolean isChanged = !after.equals(before) && after.startsWith("[") && before.startsWith("[");
            out.append(isChanged ? before.substring(0, before.length() - 1) + " => " + after.substring(1) : after);
        }
    }

    /** Buffers: {@code [{iov_base="ab", iov_len=2}]}. */
    record Vector(Count count, Content content) implements Kind {
        enum Content {
            /** All that is in the buffers. */
            WRITTEN,
            /** As many bytes as the call returned. */
            READ,
            /** Only where they are. */
            RANGES
        }

        @Override
        public int sizeBytes() {
            return Long.BYTES;
        }

        @Override
        public void write(CallText out, long value) {
            out.pointed(value, () -> writeVector(out, value, count.of(out), content));
        }
    }

    private static void writeVector(CallText out, long address, long count, Vector.Content content) {
        long left = content == Vector.Content.READ ? out.result() : Long.MAX_VALUE;
        out.append("[");
        for (int i = 0; i < count; i++) {
            if (i > 0) {
                out.append(", ");
            }
            if (i == CallText.MOST_ELEMENTS) {
                out.append("...");
                break;
            }
            long at = address + (long) i * IOVEC_BYTES;
            long base = out.read(at, Long.BYTES);
            long length = out.read(at + Long.BYTES, Long.BYTES);
            long shown = Math.min(left, length);
            out.append("{iov_base=");
            if (content == Vector.Content.RANGES) {
                out.pointer(base);
            } else if (length == 0 && base == 0) {
                out.append("NULL");
            } else {
                out.pointed(base, () -> out.buffer(base, shown));
            }
            out.append(", iov_len=").append(length).append("}");
            left -= shown;
        }
        out.append("]");
    }

    /** A {@code struct msghdr}, sent or received. */
    private final class Message extends Behind {
        private final boolean isReceived;

        Message(boolean isReceived) {
            this.isReceived = isReceived;
        }

        @Override
        void writeWhatIsAt(CallText out, long address) {
            writeMessage(out, address, isReceived ? Vector.Content.READ : Vector.Content.WRITTEN);
        }
    }

    Kind receivedMessage() {
        return new Pointers.Filled(new Message(true));
    }

    private void writeMessage(CallText out, long address, Vector.Content content) {
        long name = out.read(address, Long.BYTES);
        int nameLength = (int) out.read(address + 8, Integer.BYTES);
        long vector = out.read(address + 16, Long.BYTES);
        long vectorLength = out.read(address + 24, Long.BYTES);
        long control = out.read(address + 32, Long.BYTES);
        long controlLength = out.read(address + 40, Long.BYTES);
        out.append("{msg_name=");
        out.pointed(name, () -> writeAddress(out, name, nameLength));
        out.append(", msg_namelen=").append(nameLength).append(", msg_iov=");
        out.pointed(vector, () -> writeVector(out, vector, vectorLength, content));
        out.append(", msg_iovlen=").append(vectorLength);
        if (controlLength != 0) {
            out.append(", msg_control=");
            out.pointed(control, () -> writeControls(out, control, controlLength));
        }
        out.append(", msg_controllen=").append(controlLength).append(", msg_flags=");
        flags.write(out.text(), out.read(address + 48, Integer.BYTES));
        out.append("}");
    }

    private void writeControls(CallText out, long first, long length) {
        int headBytes = 16;
        long end = first + length;
        out.append("[");
        int count = 0;
        for (long at = first; end - at >= headBytes && count < CallText.MOST_ELEMENTS; count++) {
            long messageBytes = out.read(at, Long.BYTES);
            long level = out.read(at + 8, Integer.BYTES);
            long type = out.read(at + 12, Integer.BYTES);
            out.append(count == 0 ? "{cmsg_len=" : ", {cmsg_len=")
                    .append(messageBytes)
                    .append(", cmsg_level=");
            levels.write(out.text(), level);
            out.append(", cmsg_type=");
            if (level == 1) {
                controls.write(out.text(), type);
            } else {
                out.hex(type);
            }
            long dataBytes = Math.min(messageBytes, end - at) - headBytes;
            if (dataBytes > 0) {
                out.append(", cmsg_data=");
                writeControl(out, at + headBytes, dataBytes, level, type);
            }
            out.append("}");
            if (messageBytes < headBytes || messageBytes > end - at) {
                break;
            }
            at += messageBytes + 7 & -8L;
        }
        out.append("]");
    }

    private static void writeControl(CallText out, long address, long length, long level, long type) {
        if (level == 1 && type == 1) {
            out.append("[");
            for (int i = 0; i < Math.min(length / Integer.BYTES, CallText.MOST_ELEMENTS); i++) {
                out.append(i == 0 ? "" : ", ");
                out.descriptor((int) out.read(address + 4L * i, Integer.BYTES));
            }
            out.append("]");
        } else if (level == 1 && type == 2 && length >= 12) {
            out.append("{pid=").append(out.read(address, Integer.BYTES));
            out.append(", uid=").append(out.read(address + 4, Integer.BYTES));
            out.append(", gid=").append(out.read(address + 8, Integer.BYTES)).append("}");
        } else {
            out.buffer(address, length);
        }
    }

    /** A {@code struct mmsghdr}: a message, and how many bytes of it went. */
    private final class CountedMessage implements Kind {
        @Override
        public int sizeBytes() {
            return MESSAGE_BYTES + 8;
        }

        @Override
        public void write(CallText out, long value) {
            writeAt(out, value);
        }

        @Override
        public void writeAt(CallText out, long address) {
            out.append("{msg_hdr=");
            writeMessage(out, address, Vector.Content.WRITTEN);
            out.append(", msg_len=")
                    .append(out.read(address + MESSAGE_BYTES, Integer.BYTES))
                    .append("}");
        }
    }

    /** A pointer to something that is written at once. */
    private abstract static class Behind implements Kind {
        @Override
        public final int sizeBytes() {
            return Long.BYTES;
        }

        @Override
        public final void write(CallText out, long value) {
            out.pointed(value, () -> writeWhatIsAt(out, value));
        }

        abstract void writeWhatIsAt(CallText out, long address);
    }
}

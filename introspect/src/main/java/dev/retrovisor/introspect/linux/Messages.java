package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.memory.AddressSpace;
import java.io.ByteArrayOutputStream;

/** Bodies of messages in System V and POSIX queues ({@code msg_msg}): a first piece behind the header, then others. */
final class Messages {
    private static final int MOST_PIECES = 1 << 16;

    private Messages() {}

    static long sizeBytes(KernelObject message) {
        return message.get("m_ts");
    }

    /** The first bytes, up to {@code most}. */
    static byte[] body(KernelObject message, int most) {
        var body = new ByteArrayOutputStream();
        int left = Math.clamp(sizeBytes(message), 0, most);
        KernelObject piece = message;
        for (int i = 0; left > 0 && i < MOST_PIECES; i++) {
            long header = piece.layout().sizeBytes();
            int length = (int) Math.min(left, AddressSpace.PAGE_BYTES - header);
            body.writeBytes(piece.space().read(piece.address() + header, length));
            left -= length;
            if (left > 0) {
                piece = piece.to("next");
            }
        }
        return body.toByteArray();
    }
}

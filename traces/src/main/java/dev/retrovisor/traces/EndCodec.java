package dev.retrovisor.traces;

import java.nio.charset.StandardCharsets;

/** The content of the inputs log's last block. */
final class EndCodec {
    private EndCodec() {}

    /** The end, and the totals against which the logs are checked. */
    record Ending(EndRecord end, long inputs, long entries, byte[] eventsChain) {}

    static void put(ByteSink out, Ending ending) {
        out.putByte(ending.end().reason().code());
        out.putVarint(ending.inputs());
        out.putVarint(ending.entries());
        out.putRaw(ending.eventsChain(), 0, ending.eventsChain().length);
        byte[] detail = ending.end().detail().getBytes(StandardCharsets.UTF_8);
        int length = Math.min(detail.length, EndRecord.MAX_DETAIL_BYTES);
        // Cut between characters: a byte 10xxxxxx goes on with the one before.
        while (length < detail.length && length > 0 && (detail[length] & 0xC0) == 0x80) {
            length--;
        }
        out.putVarint(length);
        out.putRaw(detail, 0, length);
    }

    /** @param position of the block */
    static Ending get(ByteSource in, Position position) {
        int code = in.getByte();
        EndReason reason = EndReason.ofCode(code).orElseThrow(() -> in.bad("end reason " + code, "a known one"));
        long inputs = in.getVarint();
        long entries = in.getVarint();
        byte[] eventsChain = in.getRaw(TraceLayout.HASH_BYTES);
        var end = new EndRecord(position.step(), position.virtualNanos(), reason, in.getString());
        in.requireEnd();
        return new Ending(end, inputs, entries, eventsChain);
    }
}

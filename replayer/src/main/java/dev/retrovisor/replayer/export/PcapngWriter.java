package dev.retrovisor.replayer.export;

import dev.retrovisor.machine.board.MachineConfig;
import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.event.InputEvent;
import dev.retrovisor.replayer.ReplayTap;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes the frames of all network cards as a capture file (IETF draft-ietf-opsawg-pcapng): an interface a card, times in
 * nanoseconds, directions as the guest sees them, and for each frame the step as a comment.
 */
public final class PcapngWriter implements ReplayTap {
    private static final int SECTION = 0x0a0d0d0a;
    private static final int INTERFACE = 1;
    private static final int PACKET = 6;
    private static final int BYTE_ORDER = 0x1a2b3c4d;
    private static final short ETHERNET = 1;

    private static final int OPTION_COMMENT = 1;
    private static final int OPTION_APPLICATION = 4;
    private static final int OPTION_NAME = 2;
    private static final int OPTION_DESCRIPTION = 3;
    private static final int OPTION_RESOLUTION = 9;
    private static final int OPTION_FLAGS = 2;
    private static final byte NANOSECONDS = 9;
    private static final int INBOUND = 1;
    private static final int OUTBOUND = 2;

    private final OutputStream out;
    private final WallClockBase clock;
    private final int nics;
    private long frames;

    /**
     * Begins a file.
     *
     * @param out is not closed
     * @param application what writes it, name and version
     */
    public PcapngWriter(OutputStream out, WallClockBase clock, List<MachineConfig.Nic> nics, String application) {
        this.out = out;
        this.clock = clock;
        this.nics = nics.size();
        block(SECTION, new Body(64).number(BYTE_ORDER).half(1).half(0).wide(-1).text(OPTION_APPLICATION, application));
        for (int i = 0; i < nics.size(); i++) {
            block(
                    INTERFACE,
                    new Body(128)
                            .half(ETHERNET)
                            .half(0)
                            .number(0)
                            .text(OPTION_NAME, "nic" + i)
                            .text(
                                    OPTION_DESCRIPTION,
                                    "the guest's network card %d, %s"
                                            .formatted(i, nics.get(i).mac()))
                            .option(OPTION_RESOLUTION, new byte[] {NANOSECONDS}));
        }
    }

    /** How many frames were written. */
    public long frames() {
        return frames;
    }

    @Override
    public void in(InputEvent event) {
        if (event instanceof InputEvent.FrameArrival(long step, long virtualNanos, int nic, byte[] frame)) {
            packet(step, virtualNanos, nic, frame, INBOUND);
        }
    }

    @Override
    public void out(DeviceEvent event, long virtualNanos) {
        if (event instanceof DeviceEvent.FrameSent(long step, int nic, byte[] frame)) {
            packet(step, virtualNanos, nic, frame, OUTBOUND);
        }
    }

    private void packet(long step, long virtualNanos, int nic, byte[] frame, int direction) {
        if (nic >= nics) {
            throw new IllegalArgumentException("a frame of network card %d of %d".formatted(nic, nics));
        }
        long time = clock.epochNanos(virtualNanos);
        String comment =
                "step %d, boot+%d.%09ds".formatted(step, virtualNanos / 1_000_000_000, virtualNanos % 1_000_000_000);
        block(
                PACKET,
                new Body(128 + frame.length)
                        .number(nic)
                        .number((int) (time >>> 32))
                        .number((int) time)
                        .number(frame.length)
                        .number(frame.length)
                        .padded(frame)
                        .text(OPTION_COMMENT, comment)
                        .option(OPTION_FLAGS, new byte[] {(byte) direction, 0, 0, 0}));
        frames++;
    }

    private void block(int type, Body body) {
        ByteBuffer content = body.end();
        int length = content.remaining() + 12;
        ByteBuffer block = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        block.putInt(type).putInt(length).put(content).putInt(length);
        try {
            out.write(block.array());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The inside of a block: fields, then options. */
    private static final class Body {
        private static final int OPTION_END_BYTES = 4;
        private static final int OPTION_HEADER_BYTES = 4;

        private ByteBuffer bytes;

        Body(int capacity) {
            bytes = ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
        }

        private ByteBuffer room(int more) {
            if (bytes.remaining() < more) {
                ByteBuffer larger = ByteBuffer.allocate(bytes.position() + more + bytes.capacity())
                        .order(ByteOrder.LITTLE_ENDIAN);
                bytes = larger.put(bytes.flip());
            }
            return bytes;
        }

        Body half(int value) {
            room(2).putShort((short) value);
            return this;
        }

        Body number(int value) {
            room(4).putInt(value);
            return this;
        }

        Body wide(long value) {
            room(8).putLong(value);
            return this;
        }

        /** Bytes, and zeros up to the next multiple of four. */
        Body padded(byte[] content) {
            int padding = -content.length & 3;
            room(content.length + padding).put(content).put(new byte[padding]);
            return this;
        }

        Body option(int code, byte[] value) {
            room(OPTION_HEADER_BYTES).putShort((short) code).putShort((short) value.length);
            return padded(value);
        }

        Body text(int code, String value) {
            return option(code, value.getBytes(StandardCharsets.UTF_8));
        }

        ByteBuffer end() {
            room(OPTION_END_BYTES).putInt(0);
            return bytes.flip();
        }
    }
}

package dev.retrovisor.replayer.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retrovisor.machine.board.MachineConfig;
import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.event.InputEvent;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Captures as readers of draft-ietf-opsawg-pcapng take them. */
class PcapngWriterTest {
    private static final long EPOCH = 1_700_000_000_000_000_000L;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PcapngWriter writer = new PcapngWriter(
            bytes,
            WallClockBase.at(EPOCH),
            List.of(new MachineConfig.Nic("52:54:00:00:00:01"), new MachineConfig.Nic("52:54:00:00:00:02")),
            "test");

    /** A block's type and inside. */
    private record Block(int type, ByteBuffer body) {
        /** The options behind {@code at}. */
        Map<Integer, byte[]> options(int at) {
            Map<Integer, byte[]> options = new HashMap<>();
            int next = at;
            while (body.getShort(next) != 0) {
                byte[] value = new byte[body.getShort(next + 2)];
                body.get(next + 4, value);
                options.put((int) body.getShort(next), value);
                next += 4 + (value.length + 3 & ~3);
            }
            assertThat(next + 4).as("options end where the block does").isEqualTo(body.limit());
            return options;
        }
    }

    private List<Block> blocks() {
        ByteBuffer all = ByteBuffer.wrap(bytes.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
        List<Block> blocks = new ArrayList<>();
        while (all.hasRemaining()) {
            int start = all.position();
            int length = all.getInt(start + 4);
            assertThat(length % 4).isZero();
            assertThat(all.getInt(start + length - 4)).as("the length again").isEqualTo(length);
            blocks.add(new Block(
                    all.getInt(start), all.slice(start + 8, length - 12).order(ByteOrder.LITTLE_ENDIAN)));
            all.position(start + length);
        }
        return blocks;
    }

    @Test
    void aSectionAndAnInterfaceACardComeFirst() {
        assertThat(blocks().stream().map(Block::type)).containsExactly(0x0a0d0d0a, 1, 1);
        assertThat(blocks().getFirst().body().getInt(0)).isEqualTo(0x1a2b3c4d);
        Map<Integer, byte[]> options = blocks().get(2).options(8);
        assertThat(new String(options.get(2), StandardCharsets.UTF_8)).isEqualTo("nic1");
        assertThat(options.get(9)).as("times in nanoseconds").containsExactly(9);
    }

    @Test
    void aFrameHasItsTimeItsDirectionAndItsStep() {
        byte[] frame = {1, 2, 3, 4, 5};
        writer.out(new DeviceEvent.FrameSent(777, 1, frame), 5_000_000_123L);
        writer.in(new InputEvent.FrameArrival(888, 6_000_000_000L, 0, frame));

        Block sent = blocks().get(3);
        assertThat(sent.type()).isEqualTo(6);
        assertThat(sent.body().getInt(0)).as("card").isEqualTo(1);
        long time = (long) sent.body().getInt(4) << 32
                | Integer.toUnsignedLong(sent.body().getInt(8));
        assertThat(time).isEqualTo(EPOCH + 5_000_000_123L);
        assertThat(sent.body().getInt(12)).isEqualTo(5);
        assertThat(sent.body().get(24)).isEqualTo((byte) 5);
        assertThat(sent.options(28).get(2)).as("outbound").containsExactly(2, 0, 0, 0);
        assertThat(new String(sent.options(28).get(1), StandardCharsets.UTF_8))
                .isEqualTo("step 777, boot+5.000000123s");
        assertThat(blocks().get(4).options(28).get(2)).as("inbound").containsExactly(1, 0, 0, 0);
        assertThat(writer.frames()).isEqualTo(2);
    }

    @Test
    void whatIsNoFrameIsNotInTheCapture() {
        writer.out(new DeviceEvent.ConsoleOutput(1, 0, new byte[] {65}), 1);
        writer.in(new InputEvent.ConsoleInput(1, 1, 0, new byte[] {65}));

        assertThat(blocks()).hasSize(3);
    }
}

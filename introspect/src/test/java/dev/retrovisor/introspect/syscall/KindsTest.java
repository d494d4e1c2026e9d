package dev.retrovisor.introspect.syscall;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.PhysicalMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What lies in memory, in strace's words. */
final class KindsTest {
    private static final long BASE = 0x1000;
    private static final int BYTES = 4096;

    private final ByteBuffer memory = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final Kinds kinds = new Kinds(Uapi.load());
    private final List<String> parameters = List.of("value", "count", "", "", "", "");

    @Test
    void stringsAreCutAndEscaped() {
        put(0, "a \"b\"\n\u0001" + "x".repeat(40) + "\0");
        assertThat(text("str", BASE, 0)).isEqualTo("\"a \\\"b\\\"\\n\\1" + "x".repeat(25) + "\"...");
        assertThat(text("bytes(count)", BASE, 3)).isEqualTo("\"a \\\"\"...".replace("...", ""));
    }

    @Test
    void aPointerToNothingIsWrittenAsSuch() {
        assertThat(text("&timespec", 0, 0)).isEqualTo("NULL");
        assertThat(text("&timespec", 0x9_0000, 0)).isEqualTo("0x90000");
        assertThat(text("path", 0x9_0000, 0)).isEqualTo("0x90000");
    }

    @Test
    void structuresAreLaidOutAsCDoesIt() {
        memory.putInt(0, 1).putLong(8, 7);
        assertThat(text("&epoll_event", BASE, 0)).isEqualTo("{events=EPOLLIN, data={u32=7, u64=7}}");
        memory.putLong(0, 8 << 20).putLong(8, -1);
        assertThat(text("&rlimit", BASE, 0)).isEqualTo("{rlim_cur=8192*1024, rlim_max=RLIM64_INFINITY}");
    }

    @Test
    void addressesOfSocketsAreWrittenByFamily() {
        memory.putShort(0, (short) 2).put(2, (byte) 0x1f).put(3, (byte) 0x90).putInt(4, 0x0100007f);
        assertThat(text("sockaddr(count)", BASE, 16))
                .isEqualTo("{sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr(\"127.0.0.1\")}");
        memory.putShort(0, (short) 1);
        put(2, "\0name");
        assertThat(text("sockaddr(count)", BASE, 7)).isEqualTo("{sa_family=AF_UNIX, sun_path=@\"name\"}");
    }

    @Test
    void vectorsShowWhatTheirBuffersHold() {
        memory.putLong(0, BASE + 64).putLong(8, 2);
        put(64, "ab");
        assertThat(text("iovec(count)", BASE, 1)).isEqualTo("[{iov_base=\"ab\", iov_len=2}]");
    }

    @Test
    void aCountThatNoOneCanBelieveEndsAtTheLimitOrWhereMemoryDoes() {
        assertThat(text("&int(count)", BASE, Long.MAX_VALUE))
                .hasSizeLessThan(200)
                .endsWith("...]");
        assertThat(text("&int(count)", BASE, -1)).isEqualTo("[]");
        assertThat(text("iovec(count)", BASE + BYTES - 8, 1000)).isEqualTo("0x1ff8");
        assertThat(text("pollfds(count)", BASE + BYTES - 8, 1 << 30)).isEqualTo("0x1ff8");
    }

    private void put(int offset, String text) {
        memory.put(offset, text.getBytes(StandardCharsets.UTF_8));
    }

    private String text(String kind, long value, long count) {
        var out = new CallText(CallFiles.UNKNOWN);
        var flat = new AddressSpace.Flat(BASE, BASE + BYTES, 0);
        out.enter(new AddressSpace(physical(), 0, flat), 0, new long[] {value, count, 0, 0, 0, 0});
        kinds.parse(kind, parameters).write(out, value);
        return out.take();
    }

    private PhysicalMemory physical() {
        return new PhysicalMemory() {
            @Override
            public long base() {
                return BASE;
            }

            @Override
            public long sizeBytes() {
                return BYTES;
            }

            @Override
            public int readByte(long physicalAddress) {
                return memory.get((int) (physicalAddress - BASE));
            }

            @Override
            public int readShort(long physicalAddress) {
                return memory.getShort((int) (physicalAddress - BASE));
            }

            @Override
            public int readInt(long physicalAddress) {
                return memory.getInt((int) (physicalAddress - BASE));
            }

            @Override
            public long readLong(long physicalAddress) {
                return memory.getLong((int) (physicalAddress - BASE));
            }

            @Override
            public void read(long physicalAddress, byte[] target, int offset, int lengthBytes) {
                memory.get((int) (physicalAddress - BASE), target, offset, lengthBytes);
            }
        };
    }
}

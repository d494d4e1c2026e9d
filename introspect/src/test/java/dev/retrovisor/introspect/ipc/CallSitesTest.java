package dev.retrovisor.introspect.ipc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retrovisor.introspect.ipc.CallSites.CallSite;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class CallSitesTest {
    private static final long START = 0xffffffff8031fa36L;

    private static byte[] words(int... words) {
        var code = ByteBuffer.allocate(words.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (int word : words) {
            code.putInt(word);
        }
        return code.array();
    }

    private static java.util.List<CallSite> find(byte[] code, long target) {
        return CallSites.find(code, code.length, START, target);
    }

    /** auipc ra, 0xfffff; jalr -16(ra) */
    @Test
    void aPairOfInstructionsIsFoundByWhereItGoes() {
        byte[] code = words(0xfffff097, 0xff0080e7);

        assertThat(find(code, START - 4096 - 16)).containsExactly(new CallSite(START, START + 8));
        assertThat(find(code, START)).isEmpty();
    }

    /** nop; jal ra, +8; jal ra, -4 */
    @Test
    void aNearCallIsFoundForwardsAndBackwards() {
        byte[] code = words(0x00000013, 0x008000ef, 0xffdff0ef);

        assertThat(find(code, START + 12)).containsExactly(new CallSite(START + 4, START + 8));
        assertThat(find(code, START + 4)).containsExactly(new CallSite(START + 8, START + 12));
    }

    /** c.nop, then the pair two bytes further: the code is read instruction by instruction. */
    @Test
    void callsBehindShortInstructionsAreFound() {
        byte[] pair = words(0x00001097, 0x004080e7);
        byte[] code = {1, 0, pair[0], pair[1], pair[2], pair[3], pair[4], pair[5], pair[6], pair[7]};

        assertThat(find(code, START + 2 + 4096 + 4)).containsExactly(new CallSite(START + 2, START + 10));
    }

    /** auipc t1, 1; jr 4(t1): a jump that does not come back. */
    @Test
    void aTailCallIsNone() {
        assertThat(find(words(0x00001317, 0x00430067), START + 4096 + 4)).isEmpty();
    }
}

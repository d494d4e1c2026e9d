package dev.retrovisor.introspect.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class InternetAddressTest {
    @Test
    void theLongestRunOfZerosIsLeftOut() {
        assertThat(text("7f000001")).isEqualTo("127.0.0.1");
        assertThat(text("00000000000000000000000000000000")).isEqualTo("::");
        assertThat(text("00000000000000000000000000000001")).isEqualTo("::1");
        assertThat(text("20010db8000000010000000000000001")).isEqualTo("2001:db8:0:1::1");
        assertThat(text("20010db8000100010001000100010001")).isEqualTo("2001:db8:1:1:1:1:1:1");
        assertThat(text("fe800000000000000000000000000000")).isEqualTo("fe80::");
    }

    @Test
    void mappedAddressesKeepTheirDots() {
        assertThat(text("00000000000000000000ffff7f000001")).isEqualTo("::ffff:127.0.0.1");
    }

    private static String text(String hex) {
        return InternetAddress.text(HexFormat.of().parseHex(hex));
    }
}

package dev.retrovisor.introspect.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SignalSetTest {
    @Test
    void theLowestBitIsSignalOne() {
        assertThat(new SignalSet(0b1_0000_0001).names()).containsExactly("SIGHUP", "SIGKILL");
    }

    @Test
    void realtimeSignalsAreCountedAsTheCLibraryDoes() {
        assertThat(SignalSet.name(33)).isEqualTo("SIG33");
        assertThat(SignalSet.name(34)).isEqualTo("SIGRTMIN");
        assertThat(SignalSet.name(64)).isEqualTo("SIGRTMIN+30");
    }

    @Test
    void whatIsNoSignalIsItsNumber() {
        assertThat(SignalSet.name(0)).isEqualTo("0");
        assertThat(SignalSet.name(65)).isEqualTo("65");
        assertThat(SignalSet.name(-7)).isEqualTo("-7");
    }

    @Test
    void nearlyAllAreNamedByThoseThatAreMissing() {
        long allButKillAndStop = ~(1L << 8 | 1L << 18);
        assertThat(new SignalSet(-1).names()).containsExactly("all");
        assertThat(new SignalSet(allButKillAndStop).names()).containsExactly("all", "-SIGKILL", "-SIGSTOP");
    }
}

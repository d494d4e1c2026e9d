package dev.retrovisor.introspect.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RiscvCodeTest {
    private static final int JAL_ZERO_FORWARD_30 = 0x01e0006f;
    private static final int JAL_ZERO_BACK_4 = 0xffdff06f;
    private static final int JAL_RA_FORWARD_30 = 0x01e000ef;
    private static final int AUIPC_T0_1 = 0x00001297;
    private static final int JALR_T0_T0_MINUS_8 = 0xff8282e7;
    private static final int JALR_RA_RA_0 = 0x000080e7;

    @Test
    void aJumpIsAJalThatKeepsNoReturnAddress() {
        assertThat(RiscvCode.isJump(JAL_ZERO_FORWARD_30)).isTrue();
        assertThat(RiscvCode.isJump(JAL_RA_FORWARD_30)).isFalse();
        assertThat(RiscvCode.isJal(JAL_RA_FORWARD_30)).isTrue();
    }

    @Test
    void jumpsGoForwardsAndBack() {
        assertThat(RiscvCode.jumpOffset(JAL_ZERO_FORWARD_30)).isEqualTo(30);
        assertThat(RiscvCode.jumpOffset(JAL_ZERO_BACK_4)).isEqualTo(-4);
    }

    @Test
    void aPairCallsWhereBothHalvesTogetherLead() {
        assertThat(RiscvCode.isPcRelativeCall(AUIPC_T0_1, JALR_T0_T0_MINUS_8)).isTrue();
        assertThat(RiscvCode.pcRelativeTarget(0x8000_0000L, AUIPC_T0_1, JALR_T0_T0_MINUS_8))
                .isEqualTo(0x8000_0ff8L);
        assertThat(RiscvCode.linkRegister(JALR_T0_T0_MINUS_8)).isEqualTo(RiscvCode.T0);
    }

    @Test
    void halvesOfDifferentRegistersAreNoPair() {
        assertThat(RiscvCode.isPcRelativeCall(AUIPC_T0_1, JALR_RA_RA_0)).isFalse();
    }
}

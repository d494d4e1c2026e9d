package dev.retrovisor.introspect.syscall;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class NameSetTest {
    private final Uapi uapi = Uapi.load();

    @Test
    void valuesWithinAMaskComeBeforeTheBitsOutsideOfIt() {
        assertThat(text("open", 0x80002)).isEqualTo("O_RDWR|O_CLOEXEC");
        assertThat(text("open", 0x200000)).isEqualTo("O_RDONLY|O_PATH");
        assertThat(text("mmap", 0x22)).isEqualTo("MAP_PRIVATE|MAP_ANONYMOUS");
    }

    @Test
    void aFlagOfSeveralBitsIsNotNamedByItsPartsAsWell() {
        assertThat(text("open", 0x101001)).isEqualTo("O_WRONLY|O_SYNC");
        assertThat(text("statx_mask", 0x7ff)).isEqualTo("STATX_BASIC_STATS");
    }

    @Test
    void whatHasNoNameIsWrittenAsANumber() {
        assertThat(text("prot", 0)).isEqualTo("PROT_NONE");
        assertThat(text("prot", 0x11)).isEqualTo("PROT_READ|0x10");
        assertThat(text("ipc", 01600)).isEqualTo("IPC_CREAT|0600");
        assertThat(text("ipc", 0)).isEqualTo("0");
        assertThat(text("rlimits", 99)).isEqualTo("99 /* RLIMIT_??? */");
    }

    private String text(String set, long number) {
        var text = new StringBuilder();
        uapi.set(set).write(text, number);
        return text.toString();
    }
}

package dev.retrovisor.introspect.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CgroupsTest {
    private static final String ID = "0123456789abcdef".repeat(4);

    @Test
    void containersAreKnownByTheNamesThatTheirManagersGiveTheirCgroups() {
        assertThat(Cgroups.container("/docker/" + ID)).contains(ID);
        assertThat(Cgroups.container("/system.slice/docker-" + ID + ".scope")).contains(ID);
        assertThat(Cgroups.container("/machine.slice/libpod-" + ID + ".scope/container"))
                .contains(ID);
        assertThat(Cgroups.container("/kubepods.slice/kubepods-pod12.slice/cri-containerd-" + ID + ".scope"))
                .contains(ID);
        assertThat(Cgroups.container("/kubepods/burstable/pod12/" + ID)).contains(ID);
        assertThat(Cgroups.container("/lxc.payload.web/system.slice")).contains("web");
        assertThat(Cgroups.container("/lxc/web")).contains("web");
        assertThat(Cgroups.container("/machine.slice/machine-debian.scope")).contains("debian");
        assertThat(Cgroups.container("/machine.slice/systemd-nspawn@debian.service"))
                .contains("debian");
    }

    @Test
    void otherCgroupsAreNoContainers() {
        assertThat(Cgroups.container("/")).isEmpty();
        assertThat(Cgroups.container("/system.slice/ssh.service")).isEmpty();
        assertThat(Cgroups.container("/user.slice/" + ID.substring(1))).isEmpty();
    }
}

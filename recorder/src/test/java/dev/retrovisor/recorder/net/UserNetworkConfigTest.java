package dev.retrovisor.recorder.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UserNetworkConfigTest {
    @Test
    void qemusWordsAreUnderstood() {
        UserNetworkConfig config = UserNetworkConfig.parse("user,id=n1,net=192.168.7.0/24,restrict=on,hostname=box,"
                + "hostfwd=tcp:127.0.0.1:2222-:22,hostfwd=udp::5353-192.168.7.20:53,hostfwd=:0.0.0.0:80-:8080");
        assertEquals("n1", config.id());
        assertEquals("192.168.7.2", config.host().toString());
        assertEquals("192.168.7.3", config.dns().toString());
        assertEquals("192.168.7.15", config.lease().toString());
        assertEquals(0x5255_c0a8_0702L, config.gatewayMac());
        assertTrue(config.restrict());
        assertEquals(
                List.of(
                        "tcp:127.0.0.1:2222-192.168.7.15:22",
                        "udp:127.0.0.1:5353-192.168.7.20:53",
                        "tcp:0.0.0.0:80-192.168.7.15:8080"),
                config.forwards().stream().map(HostForward::toString).toList());
    }

    @Test
    void theStandardIsQemusToo() {
        UserNetworkConfig config = UserNetworkConfig.standard();
        assertEquals("10.0.2.0/24", config.network().toString());
        assertEquals(GuestFrames.GATEWAY_MAC, config.gatewayMac());
        assertEquals(GuestFrames.GUEST, config.lease().bits());
        assertFalse(config.restrict());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "tap | backend 'tap'",
                "user,colour=red | known are id, net",
                "user,restrict | 'restrict' has no value",
                "user,restrict=maybe | write restrict=on",
                "user,net=10.0.2.0/24,net=10.0.3.0/24 | given twice",
                "user,net=10.0.2.1/24 | write net=10.0.2.0/24",
                "user,net=10.0.2.0/28 | 8 to 27",
                "user,net=10.0.2/24 | is no network",
                "user,net=127.0.0.0/8 | reserved",
                "user,dns=10.0.3.3 | no address in 10.0.2.0/24",
                "user,dns=10.0.2.2 | must differ",
                "user,hostname=a_b | no host name",
                "user,id= | id is empty",
                "user,hostfwd=2222:22 | hostfwd=[tcp|udp]",
                "user,hostfwd=sctp::2222-:22 | hostfwd=[tcp|udp]",
                "user,hostfwd=tcp:localhost:2222-:22 | 'localhost' is no IPv4 address",
                "user,hostfwd=tcp::70000-:22 | port 70000",
                "user,hostfwd=tcp::2222-:0 | from 1 to 65535",
                "user,hostfwd=tcp::2222-10.9.9.9:22 | 10.9.9.9 is not in",
                "user,hostfwd=tcp::2222-:22,hostfwd=tcp::2222-:23 | twice",
            })
    void aMistakeIsNamedWithItsPlaceAndItsRemedy(String options, String expected) {
        var error = assertThrows(NetworkOptionException.class, () -> UserNetworkConfig.parse(options));
        assertTrue(error.getMessage().contains(expected), error.getMessage());
        assertTrue(error.getMessage().contains(options), error.getMessage());
    }

    @Test
    void resolversComeFromResolvConf() {
        var servers = Resolvers.parse(List.of(
                "# nameserver 1.1.1.1",
                "nameserver 192.0.2.1",
                " nameserver  ::1 ",
                "nameserver not-an-address",
                "search x"));
        assertEquals(2, servers.size());
        assertEquals("192.0.2.1", servers.getFirst().getAddress().getHostAddress());
        assertTrue(Resolvers.parse(List.of()).getFirst().getAddress().isLoopbackAddress(), "resolv.conf(5)");
    }
}

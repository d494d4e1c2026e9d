package dev.retrovisor.guests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Debian Policy, "Version". */
final class DebianVersionTest {
    @Test
    void versionsSortAsPolicyHasIt() {
        List<String> ascending = List.of(
                "1.0~rc1-1",
                "1.0-1",
                "1.0-1+b2",
                "1.0-1+b10",
                "1.0+dfsg-1",
                "1.9-1",
                "1.10~~-1",
                "1.10~-1",
                "1.10-1",
                "1.10a-1",
                "1.10.1-1",
                "6.12.94-1",
                "6.12.107-1",
                "20261123123456789012345-1",
                "1:0.1-1");

        for (int i = 0; i < ascending.size(); i++) {
            for (int j = 0; j < ascending.size(); j++) {
                int found = new DebianVersion(ascending.get(i)).compareTo(new DebianVersion(ascending.get(j)));
                assertEquals(
                        Integer.compare(i, j), Integer.signum(found), ascending.get(i) + " to " + ascending.get(j));
            }
        }
    }

    @Test
    void leadingZerosDoNotCount() {
        assertTrue(new DebianVersion("0:1.01-1").compareTo(new DebianVersion("1.1-1")) == 0);
    }
}

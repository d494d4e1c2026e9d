package dev.retrovisor.machine.virtio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Virtio 1.2, "Entropy Device". */
class VirtioEntropyTest {
    private final Rig rig = new Rig();
    private final VirtioEntropy rng = rig.rng();
    private final Driver driver = Driver.start(rng, rig, 0);

    @Test
    void requestsWaitForTheFirstSeed() {
        Driver.Buffer buffer = driver.in(64);
        driver.send(0, buffer);
        assertEquals(List.of(), driver.takeUsed(0));
        rig.entropy.seed(new byte[32]);
        rng.seeded();
        assertEquals(List.of(new Driver.Used(0, 64)), driver.takeUsed(0));
        assertFalse(Arrays.equals(new byte[64], driver.content(buffer)), "no zeros");
        driver.send(0, driver.in(5));
        assertEquals(5, driver.takeUsed(0).getFirst().writtenBytes(), "later ones do not wait");
    }

    @Test
    void equalSeedsGiveEqualBytes() {
        var other = new Rig();
        Driver otherDriver = Driver.start(other.rng(), other, 0);
        rig.entropy.seed(new byte[32]);
        other.entropy.seed(new byte[32]);
        Driver.Buffer buffer = driver.in(100);
        Driver.Buffer otherBuffer = otherDriver.in(100);
        driver.send(0, buffer);
        otherDriver.send(0, otherBuffer);
        assertArrayEquals(driver.content(buffer), otherDriver.content(otherBuffer));
    }

    @Test
    void aLargeRequestIsFilledInPart() {
        rig.entropy.seed(new byte[32]);
        driver.send(0, driver.in(10_000));
        assertEquals(4096, driver.takeUsed(0).getFirst().writtenBytes());
    }

    @Test
    void aReadableBufferNeedsAReset() {
        rig.entropy.seed(new byte[32]);
        driver.send(0, driver.out(new byte[8]));
        assertTrue(driver.needsReset());
    }
}

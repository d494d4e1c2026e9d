package dev.retrovisor.cli.gdb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.retrovisor.cli.gdb.PacketDecoder.Incoming;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** gdb manual, "Overview" of its remote serial protocol. */
final class PacketsTest {
    private static final int SEED = 20261125;

    @Test
    void aPacketHasItsChecksum() {
        assertEquals("$OK#9a", text(Packets.framed("OK")));
        assertEquals("$#00", text(Packets.framed("")), "the answer to what is not known");
    }

    @Test
    void aRunOfACharacterIsCutShort() {
        assertEquals("$0* #7a", text(Packets.framed("0000")), "the manual's example");
        assertEquals("$000#90", text(Packets.framed("000")), "three are not shorter otherwise");
    }

    @Test
    void whatIsFramedIsReadBackWhateverItHolds() {
        var random = new Random(SEED);
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = new byte[random.nextInt(300)];
            for (int j = 0; j < bytes.length; j++) {
                // Few different values: runs, and what has a meaning of its own.
                bytes[j] = (byte) "#$}*+-0\3a\377".charAt(random.nextInt(10));
            }

            String body = received(Packets.framed(Packets.escaped(bytes)));

            assertArrayEquals(bytes, Packets.unescaped(body));
        }
    }

    @Test
    void runsOfAnyLengthAreReadBack() {
        for (int length = 0; length < 400; length++) {
            String body = "a" + "0".repeat(length) + "b";
            assertEquals(body, received(Packets.framed(body)), "a run of " + length);
        }
    }

    @Test
    void noBytesAreTooStrangeToRead() {
        var random = new Random(SEED);
        var decoder = new PacketDecoder();
        for (int i = 0; i < 1_000_000; i++) {
            decoder.take(random.nextInt(4) == 0 ? "$#}\3+-".charAt(random.nextInt(6)) : random.nextInt(256));
        }
        assertEquals(List.of(new Incoming.Packet("qC")), behindNoise(decoder));
    }

    @Test
    void aPacketThatIsTooLongIsBroken() {
        var decoder = new PacketDecoder();
        List<Incoming> incoming = all(decoder, "$" + "a".repeat(Packets.MOST_BYTES + 1) + "#00$qC#b4");

        assertEquals(List.of(new Incoming.Broken(), new Incoming.Packet("qC")), incoming);
    }

    @Test
    void anInterruptStandsBetweenPackets() {
        List<Incoming> incoming = all(new PacketDecoder(), "+$c#63\3-$s#00");

        assertEquals(
                List.of(
                        new Incoming.Packet("c"),
                        new Incoming.Interrupt(),
                        new Incoming.SendAgain(),
                        new Incoming.Broken()),
                incoming);
    }

    @Test
    void aMalformedNumberIsAnErrorWithWords() {
        for (String malformed : List.of("", "g", "-1", "11112222333344445", "0x1", " 1", "\377")) {
            try {
                Hex.number(malformed);
            } catch (GdbError e) {
                assertTrue(Session.error(e.getMessage()).matches("E\\.[ -~&&[^#$*}]]+"), e.getMessage());
                continue;
            }
            throw new AssertionError("'" + malformed + "' was taken for a number");
        }
    }

    /** Whatever came before, a few packets later the decoder is back. */
    private static List<Incoming> behindNoise(PacketDecoder decoder) {
        all(decoder, "#00#00");
        return all(decoder, "$qC#b4");
    }

    private static List<Incoming> all(PacketDecoder decoder, String bytes) {
        var incoming = new ArrayList<Incoming>();
        for (int i = 0; i < bytes.length(); i++) {
            decoder.take(bytes.charAt(i)).ifPresent(incoming::add);
        }
        return incoming;
    }

    /** The body as a client has it, with runs made long again. */
    private static String received(byte[] frame) {
        List<Incoming> incoming = all(new PacketDecoder(), text(frame));
        assertEquals(1, incoming.size(), "one packet in " + text(frame));
        String body = ((Incoming.Packet) incoming.getFirst()).body();
        var whole = new StringBuilder();
        for (int i = 0; i < body.length(); i++) {
            if (body.charAt(i) == '*') {
                i++;
                whole.repeat(whole.charAt(whole.length() - 1), body.charAt(i) - 29);
            } else {
                whole.append(body.charAt(i));
            }
        }
        return whole.toString();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}

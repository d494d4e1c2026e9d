package dev.retrovisor.guests;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.bcpg.SignatureSubpacketTags;
import org.bouncycastle.bcpg.sig.KeyFlags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.api.OpenPGPKey;
import org.bouncycastle.openpgp.api.SignatureParameters;
import org.bouncycastle.openpgp.api.bc.BcOpenPGPApi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** RFC 9580, "Cleartext Signature Framework", and whose signatures count. */
final class KeyringTest {
    private static final Instant NOW = FakeMirror.NOW;

    @TempDir
    private Path folder;

    private Keyring keyring(byte[] certificate) throws IOException {
        Path file = Files.write(folder.resolve("keyring"), certificate);
        Host host = new Host(folder, folder, Map.of(), InstantSource.fixed(NOW));
        return Keyring.open(Optional.of(file), host);
    }

    private static ClearSigned message(String signed) {
        return ClearSigned.parse(signed.getBytes(StandardCharsets.ISO_8859_1), "InRelease");
    }

    @Test
    void theTextThatIsParsedIsTheTextThatIsSigned() throws IOException, PGPException {
        OpenPGPKey key = FakeMirror.newKey();
        ClearSigned message = message(FakeMirror.clearSign("one  \n- two\n\n-three\n", key));

        assertEquals("one\n- two\n\n-three\n", message.text());
        assertDoesNotThrow(
                () -> keyring(key.toCertificate().getEncoded()).requireGoodSignature(message, "InRelease", NOW));
    }

    @Test
    void anArmouredKeyringCountsAsWell() throws IOException, PGPException {
        OpenPGPKey key = FakeMirror.newKey();
        ClearSigned message = message(FakeMirror.clearSign("text\n", key));
        byte[] armoured = key.toCertificate().toAsciiArmoredString().getBytes(StandardCharsets.US_ASCII);

        assertDoesNotThrow(() -> keyring(armoured).requireGoodSignature(message, "InRelease", NOW));
    }

    @Test
    void anExpiredKeysSignatureDoesNotCount() throws IOException, PGPException {
        SignatureParameters.Callback oneWeek = SignatureParameters.Callback.Util.modifyHashedSubpackets(packets -> {
            packets.removePacketsOfType(SignatureSubpacketTags.KEY_EXPIRE_TIME);
            packets.removePacketsOfType(SignatureSubpacketTags.KEY_FLAGS);
            packets.setKeyFlags(true, KeyFlags.CERTIFY_OTHER | KeyFlags.SIGN_DATA);
            packets.setKeyExpirationTime(true, Duration.ofDays(7).toSeconds());
            return packets;
        });
        OpenPGPKey key = new BcOpenPGPApi()
                .generateKey(4, Date.from(NOW.minus(Duration.ofDays(1))))
                .withPrimaryKey(generator -> generator.generateEd25519KeyPair(), oneWeek)
                .addUserId("Short-lived <archive@mirror.example>", oneWeek)
                .build();
        ClearSigned message = message(FakeMirror.clearSign("text\n", key));
        Keyring keyring = keyring(key.toCertificate().getEncoded());

        assertDoesNotThrow(() -> keyring.requireGoodSignature(message, "InRelease", NOW));
        assertFault("expired", keyring, message, NOW.plus(Duration.ofDays(7)));
    }

    @Test
    void aRevokedKeysSignatureDoesNotCount() throws IOException, PGPException {
        OpenPGPKey key = FakeMirror.newKey();
        ClearSigned message = message(FakeMirror.clearSign("text\n", key));
        OpenPGPKey revoked = new BcOpenPGPApi()
                .editKey(key)
                .revokeKey(new SignatureParameters.Callback() {
                    @Override
                    public SignatureParameters apply(SignatureParameters parameters) {
                        return parameters.setSignatureCreationTime(Date.from(NOW.minusSeconds(30)));
                    }
                })
                .done();

        assertFault("revoked", keyring(revoked.toCertificate().getEncoded()), message, NOW);
    }

    @Test
    void aSignatureFromTheFutureDoesNotCount() throws IOException, PGPException {
        OpenPGPKey key = FakeMirror.newKey();
        ClearSigned message = message(FakeMirror.clearSign("text\n", key));

        assertFault("future", keyring(key.toCertificate().getEncoded()), message, NOW.minusSeconds(3600));
    }

    @Test
    void linesAroundTheSignedTextAreRefused() throws IOException, PGPException {
        String signed = FakeMirror.clearSign("Codename: trixie\n", FakeMirror.newKey());

        assertThrows(GuestFormatException.class, () -> message("Codename: evil\n" + signed));
        assertThrows(GuestFormatException.class, () -> message(signed + "Codename: evil\n"));
        assertThrows(GuestFormatException.class, () -> message(signed.replace("Hash: SHA256", "Codename: evil")));
        assertThrows(GuestFormatException.class, () -> message(signed.replace("-----END", "-----DNE")));
        assertThrows(GuestFormatException.class, () -> message("Codename: trixie\n"));
    }

    @Test
    void aFileThatIsNoKeyringIsRefused() {
        assertThrows(GuestFormatException.class, () -> keyring("not a key".getBytes(StandardCharsets.UTF_8)));
        assertThrows(GuestFormatException.class, () -> keyring(new byte[0]));
    }

    private static void assertFault(String expected, Keyring keyring, ClearSigned message, Instant now) {
        String found = assertThrows(GuestException.class, () -> keyring.requireGoodSignature(message, "InRelease", now))
                .getMessage();
        assertTrue(found.contains(expected), "'" + expected + "' is the reason in: " + found);
    }
}

package dev.retrovisor.guests;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.bcpg.ArmoredInputStream;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureList;
import org.bouncycastle.openpgp.bc.BcPGPObjectFactory;

/**
 * A message in OpenPGP's cleartext signature framework (RFC 9580, "Cleartext Signature Framework"), taken apart.
 *
 * <p>Stricter than the RFC, on purpose: one message, nothing before and nothing after it, only Hash headers. What
 * {@link #text} returns is what the signatures cover, line for line; a parser that reads only that can't be shown
 * unsigned lines.
 *
 * @param lines the signed lines, dash-escapes undone and trailing white space (which is not signed) cut off
 */
record ClearSigned(List<String> lines, List<PGPSignature> signatures) {
    private static final String BEGIN_MESSAGE = "-----BEGIN PGP SIGNED MESSAGE-----";
    private static final String BEGIN_SIGNATURE = "-----BEGIN PGP SIGNATURE-----";
    private static final String END_SIGNATURE = "-----END PGP SIGNATURE-----";

    static ClearSigned parse(byte[] message, String file) {
        // Latin-1 maps each byte to one character and back: what we hash is what came.
        String[] all = new String(message, StandardCharsets.ISO_8859_1).split("\n", -1);
        long offset = 0;
        int at = 0;
        requireLine(file, offset, stripEnd(all[0]), BEGIN_MESSAGE);
        offset += all[at++].length() + 1L;
        for (; at < all.length && !stripEnd(all[at]).isEmpty(); offset += all[at++].length() + 1L) {
            if (!all[at].startsWith("Hash: ")) {
                throw new GuestFormatException(file, offset, "'" + stripEnd(all[at]) + "'", "a Hash header");
            }
        }
        at++;
        offset++;
        List<String> lines = new ArrayList<>();
        for (; at < all.length && !stripEnd(all[at]).equals(BEGIN_SIGNATURE); offset += all[at++].length() + 1L) {
            String line = stripEnd(all[at]);
            if (line.startsWith("-") && !line.startsWith("- ")) {
                throw new GuestFormatException(file, offset, "'" + line + "'", "dashes escaped as '- '");
            }
            lines.add(line.startsWith("- ") ? line.substring(2) : line);
        }
        if (at >= all.length) {
            throw new GuestFormatException(file, offset, "the end of the file", BEGIN_SIGNATURE);
        }
        long signatureOffset = offset;
        StringBuilder armour = new StringBuilder();
        for (; at < all.length && !stripEnd(all[at]).equals(END_SIGNATURE); offset += all[at++].length() + 1L) {
            armour.append(stripEnd(all[at])).append('\n');
        }
        if (at >= all.length) {
            throw new GuestFormatException(file, offset, "the end of the file", END_SIGNATURE);
        }
        armour.append(END_SIGNATURE).append('\n');
        for (at++; at < all.length; at++) {
            requireLine(file, offset, stripEnd(all[at]), "");
        }
        return new ClearSigned(List.copyOf(lines), signatures(armour.toString(), file, signatureOffset));
    }

    /** The signed text, for parsing. */
    String text() {
        return String.join("\n", lines) + "\n";
    }

    /** The bytes that the signatures hash: lines end in CR LF, the last one in nothing. */
    byte[] canonicalBytes() {
        return String.join("\r\n", lines).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static List<PGPSignature> signatures(String armour, String file, long offset) {
        List<PGPSignature> signatures = new ArrayList<>();
        try (ArmoredInputStream in =
                new ArmoredInputStream(new ByteArrayInputStream(armour.getBytes(StandardCharsets.ISO_8859_1)))) {
            BcPGPObjectFactory packets = new BcPGPObjectFactory(in);
            for (Object packet = packets.nextObject(); packet != null; packet = packets.nextObject()) {
                if (packet instanceof PGPSignatureList list) {
                    list.forEach(signatures::add);
                }
            }
        } catch (IOException | RuntimeException e) {
            // Bouncy Castle throws unchecked exceptions of several kinds on malformed packets.
            throw new GuestFormatException(file, offset, "a broken signature (" + e.getMessage() + ")", "signatures");
        }
        if (signatures.isEmpty()) {
            throw new GuestFormatException(file, offset, "no signature", "at least one");
        }
        return List.copyOf(signatures);
    }

    private static void requireLine(String file, long offset, String found, String expected) {
        if (!found.equals(expected)) {
            String shown = found.length() > 60 ? found.substring(0, 60) + "..." : found;
            throw new GuestFormatException(
                    file, offset, "'" + shown + "'", expected.isEmpty() ? "nothing after the signature" : expected);
        }
    }

    private static String stripEnd(String line) {
        int end = line.length();
        while (end > 0 && " \t\r".indexOf(line.charAt(end - 1)) >= 0) {
            end--;
        }
        return line.substring(0, end);
    }
}

package dev.retrovisor.guests;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPUtil;
import org.bouncycastle.openpgp.api.OpenPGPCertificate;
import org.bouncycastle.openpgp.api.OpenPGPCertificate.OpenPGPComponentKey;
import org.bouncycastle.openpgp.bc.BcPGPPublicKeyRingCollection;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentVerifierBuilderProvider;

/** The keys that are trusted to sign the archive, and the judgement of a signature by them. */
final class Keyring {
    /** Broken for signatures; Debian's own have been SHA-256 or better for more than ten years. */
    private static final Set<Integer> WEAK_HASHES =
            Set.of(HashAlgorithmTags.MD5, HashAlgorithmTags.SHA1, HashAlgorithmTags.RIPEMD160);

    private final List<Path> files;
    private final List<OpenPGPCertificate> certificates;

    private Keyring(List<Path> files, List<OpenPGPCertificate> certificates) {
        this.files = files;
        this.certificates = certificates;
    }

    /** The keyring that the user names, else Debian's as its keyring package or apt's trusted parts hold it. */
    static Keyring open(Optional<Path> chosen, Host host) {
        if (chosen.isPresent() && !Files.isReadable(chosen.get())) {
            throw new GuestException("%s: cannot read the keyring: give --keyring a file with Debian's archive keys"
                    .formatted(chosen.get()));
        }
        List<Path> files = chosen.map(List::of).orElseGet(() -> debianFiles(host));
        if (files.isEmpty()) {
            throw new GuestException(
                    "no Debian archive keyring in %s or %s: install the package debian-archive-keyring, or pass --keyring FILE"
                            .formatted(host.keyringsFolder(), host.aptFolder().resolve("trusted.gpg.d")));
        }
        List<OpenPGPCertificate> certificates = new ArrayList<>();
        for (Path file : files) {
            certificates.addAll(read(file));
        }
        return new Keyring(files, certificates);
    }

    private static List<Path> debianFiles(Host host) {
        for (String name : List.of("debian-archive-keyring.pgp", "debian-archive-keyring.gpg")) {
            Path whole = host.keyringsFolder().resolve(name);
            if (Files.isReadable(whole)) {
                return List.of(whole);
            }
        }
        Path parts = host.aptFolder().resolve("trusted.gpg.d");
        if (!Files.isDirectory(parts)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(parts)) {
            // apt trusts every file here for every archive; for Debian's we take Debian's alone.
            return files.filter(f -> f.getFileName().toString().matches("debian-archive-.*\\.(asc|gpg|pgp)"))
                    .filter(Files::isReadable)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new GuestException("%s: cannot list keyrings: %s".formatted(parts, e.getMessage()), e);
        }
    }

    private static List<OpenPGPCertificate> read(Path file) {
        List<OpenPGPCertificate> certificates = new ArrayList<>();
        try (InputStream in = PGPUtil.getDecoderStream(Files.newInputStream(file))) {
            for (PGPPublicKeyRing ring : new BcPGPPublicKeyRingCollection(in)) {
                certificates.add(new OpenPGPCertificate(ring));
            }
        } catch (IOException | PGPException | RuntimeException e) {
            throw new GuestFormatException(
                    file.toString(), 0, "something else (" + e.getMessage() + ")", "OpenPGP public keys");
        }
        if (certificates.isEmpty()) {
            throw new GuestFormatException(file.toString(), 0, "no key", "OpenPGP public keys");
        }
        return certificates;
    }

    /**
     * Returns if at least one signature is good: by a key of this keyring that is bound to its certificate, may sign,
     * and is neither revoked nor expired now. Otherwise throws with the reason for each signature.
     */
    void requireGoodSignature(ClearSigned message, String file, Instant now) {
        List<String> reasons = new ArrayList<>();
        for (PGPSignature signature : message.signatures()) {
            Optional<String> fault = fault(signature, message.canonicalBytes(), Date.from(now));
            if (fault.isEmpty()) {
                return;
            }
            reasons.add("key %016X: %s".formatted(signature.getKeyID(), fault.get()));
        }
        throw new GuestException(("%s: no good signature by the keyring %s (%s): update the package"
                        + " debian-archive-keyring, or pass --keyring FILE; if that does not help, don't trust this mirror")
                .formatted(
                        file,
                        String.join(", ", files.stream().map(Path::toString).toList()),
                        String.join("; ", reasons)));
    }

    private Optional<String> fault(PGPSignature signature, byte[] signed, Date now) {
        Optional<OpenPGPComponentKey> signer = certificates.stream()
                .map(certificate -> certificate.getSigningKeyFor(signature))
                .filter(key -> key != null)
                .findFirst();
        if (signer.isEmpty()) {
            return Optional.of("not in the keyring");
        }
        OpenPGPComponentKey key = signer.get();
        PGPPublicKey publicKey = key.getPGPPublicKey();
        int type = signature.getSignatureType();
        if (type != PGPSignature.CANONICAL_TEXT_DOCUMENT) {
            return Optional.of("a signature of type 0x%02x, which is not one over a text".formatted(type));
        }
        if (WEAK_HASHES.contains(signature.getHashAlgorithm())) {
            return Optional.of("a weak hash, algorithm " + signature.getHashAlgorithm());
        }
        try {
            signature.init(new BcPGPContentVerifierBuilderProvider(), publicKey);
            signature.update(signed);
            if (!signature.verify()) {
                return Optional.of("the signature does not match the text");
            }
        } catch (PGPException e) {
            return Optional.of("cannot be checked: " + e.getMessage());
        }
        if (signature.getCreationTime().after(now)) {
            return Optional.of(
                    "signed in the future, at " + signature.getCreationTime().toInstant());
        }
        long lifeSeconds =
                signature.hasSubpackets() ? signature.getHashedSubPackets().getSignatureExpirationTime() : 0;
        if (lifeSeconds != 0
                && !signature
                        .getCreationTime()
                        .toInstant()
                        .plusSeconds(lifeSeconds)
                        .isAfter(now.toInstant())) {
            return Optional.of("the signature has expired");
        }
        return keyFault(key, now);
    }

    private static Optional<String> keyFault(OpenPGPComponentKey key, Date now) {
        if (key.getRevocation(now) != null || key.getCertificate().getRevocation(now) != null) {
            return Optional.of("the key is revoked");
        }
        Date expiry = key.getKeyExpirationDateAt(now);
        Date certificateExpiry = key.getCertificate().getExpirationTime(now);
        for (Date end : new Date[] {expiry, certificateExpiry}) {
            if (end != null && !end.after(now)) {
                return Optional.of("the key expired at " + end.toInstant());
            }
        }
        return key.isSigningKey(now) ? Optional.empty() : Optional.of("the key may not sign");
    }
}

package dev.retrovisor.guests;

import dev.retrovisor.guests.ControlStanzas.Stanza;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What an InRelease states, once its signature is found good. */
final class DebianRelease {
    static final String PACKAGES = "main/binary-riscv64/Packages.xz";

    private final String folder;
    private final String file;
    private final Stanza stanza;

    private DebianRelease(String folder, String file, Stanza stanza) {
        this.folder = folder;
        this.file = file;
        this.stanza = stanza;
    }

    /** @param folder the folder in {@code dists/} that the InRelease was in, which need not be its codename */
    static DebianRelease verified(byte[] inRelease, String folder, String file, Keyring keyring, Instant now) {
        ClearSigned message = ClearSigned.parse(inRelease, file);
        keyring.requireGoodSignature(message, file, now);
        try {
            List<Stanza> stanzas =
                    ControlStanzas.read(new BufferedReader(new StringReader(message.text())), file, _ -> true);
            return new DebianRelease(folder, file, stanzas.isEmpty() ? new Stanza(Map.of()) : stanzas.getFirst());
        } catch (IOException e) {
            throw new IllegalStateException("a string cannot fail to be read", e);
        }
    }

    static String path(String folder) {
        return "dists/" + folder + "/InRelease";
    }

    /** As the archive's owner calls it, whatever folder a mirror hands it out in. */
    String codename() {
        return stanza.field("Codename").orElse("none");
    }

    /** A mirror could hand out another suite's InRelease, which is as well signed. */
    void requireCodename(String expected) {
        if (!codename().equals(expected)) {
            throw new GuestFormatException(file, 0, "codename " + codename(), expected);
        }
    }

    /** The second folder in {@code dists/} that shows this suite: "stable" and its like. */
    Optional<String> alias() {
        return stanza.field("Suite").filter(suite -> suite.matches("[a-z][a-z0-9-]*") && !suite.equals(folder));
    }

    /** Whether the mirror is meant to have each index under its hash too. */
    boolean hasByHash() {
        return stanza.field("Acquire-By-Hash").orElse("no").equals("yes");
    }

    /** The index of packages that this release signs for. */
    FileFact packages() {
        for (String line : stanza.field("SHA256").orElse("").split("\n")) {
            String[] words = line.strip().split("\\s+");
            if (words.length == 3 && words[2].equals(PACKAGES)) {
                return FileFact.parse("dists/" + folder + "/" + PACKAGES, words[1], words[0], file);
            }
        }
        throw new GuestFormatException(file, 0, "no SHA256 of " + PACKAGES, "one");
    }

    @Override
    public String toString() {
        return "%s (release %s)".formatted(path(folder), stanza.field("Version").orElse("unnumbered"));
    }
}

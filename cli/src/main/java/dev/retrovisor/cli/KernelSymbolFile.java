package dev.retrovisor.cli;

import dev.retrovisor.introspect.isf.Isf;
import dev.retrovisor.introspect.isf.IsfReader;
import dev.retrovisor.introspect.isf.IsfWriter;
import dev.retrovisor.introspect.kernel.KernelFacts;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import picocli.CommandLine.Option;

/** Volatility's symbol files on disk, plain or compressed with gzip. */
final class KernelSymbolFile {
    private static final String GZIP = ".gz";

    private KernelSymbolFile() {}

    /** Writes a kernel's symbols and types; returns what was written, for people. */
    static String write(KernelFacts facts, Path file) throws IOException {
        try (var bytes = Files.newOutputStream(file);
                var out = new OutputStreamWriter(
                        isCompressed(file) ? new GZIPOutputStream(bytes, 1 << 16) : bytes, StandardCharsets.UTF_8)) {
            IsfWriter.write(facts, new IsfWriter.Producer("retrovisor", Version.NUMBER), out);
        }
        return "%s: %s of Linux %s, %s"
                .formatted(
                        file,
                        Text.count(facts.symbols().size(), "symbol"),
                        GuestText.printable(facts.release()),
                        facts.types().isEmpty()
                                ? "no types: this kernel was built without BTF"
                                : Text.count(facts.types().structs().count(), "structure"));
    }

    private static Isf read(Path file) {
        InputFiles.requireFile(file, "--isf");
        try (InputStream bytes = new BufferedInputStream(Files.newInputStream(file));
                var in = new BufferedReader(new InputStreamReader(
                        isCompressed(file) ? new GZIPInputStream(bytes) : bytes, StandardCharsets.UTF_8))) {
            return IsfReader.read(file.toString(), in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isCompressed(Path file) {
        return file.toString().endsWith(GZIP);
    }

    /** The option of all commands that look into a guest's kernel. */
    static final class Choice {
        @Option(
                names = "--isf",
                paramLabel = "FILE",
                description = "Volatility's symbol file for a kernel that was built without BTF: its types. May be"
                        + " compressed with gzip.")
        private Optional<Path> file = Optional.empty();

        /**
         * What is known of a kernel, with the file's types if it has none of its own.
         *
         * @throws UserMistake if the file is another kernel's
         */
        KernelFacts completed(KernelFacts found) {
            if (file.isEmpty() || !found.types().isEmpty()) {
                return found;
            }
            Isf isf = read(file.get());
            if (!isf.banner().isEmpty() && !isf.banner().equals(found.banner())) {
                throw new UserMistake("--isf %s: of another kernel: it says '%s', the guest '%s'"
                        .formatted(file.get(), isf.banner(), found.banner()));
            }
            return new KernelFacts(found.banner(), found.symbols(), isf.types(), found.imagePhysicalOffset());
        }
    }
}

package dev.retrovisor.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Builds our own guest programs with the cross compiler of {@code testkit/install-tools.sh}. What was built is kept by a
 * hash of sources and options, so that asking again costs nothing.
 */
public final class GuestPrograms {
    private static final String TOOLS = "riscv64-linux-gnu-";

    private final Path sources;
    private final Path built;

    /**
     * @param sources folder of the {@code .c}, {@code .S} and {@code .h} files
     * @param built where to put what is built; made if it is not there
     */
    public GuestPrograms(Path sources, Path built) {
        this.sources = sources;
        this.built = built;
    }

    /** A static program for riscv64 Linux. */
    public Path linuxProgram(List<String> sourceNames, String... options) {
        return linux("linux", List.of("-static"), sourceNames, options);
    }

    /** A program for riscv64 Linux that needs a C library in the guest. */
    public Path dynamicProgram(List<String> sourceNames, String... options) {
        return linux("dynamic", List.of(), sourceNames, options);
    }

    /** One source as an object file that is not linked: what a kernel loads as a module. */
    public Path object(String sourceName, List<String> options) {
        var arguments = new ArrayList<>(List.of("-c", "-O2", "-Wall", "-Wextra", "-Werror"));
        arguments.addAll(options);
        return build("object", List.of(sourceName), arguments);
    }

    private Path linux(String kind, List<String> linkage, List<String> sourceNames, String... options) {
        var arguments = new ArrayList<>(linkage);
        arguments.addAll(List.of("-O2", "-Wall", "-Wextra", "-Werror"));
        arguments.addAll(List.of(options));
        return build(kind, sourceNames, arguments);
    }

    /**
     * A program for the bare machine, as the bytes to put at {@code address}; it starts with the first instruction of
     * the first source.
     */
    public byte[] flatBinary(long address, List<String> sourceNames, String... options) {
        var arguments = new ArrayList<>(List.of("-static", "-O2", "-Wall", "-Wextra", "-Werror", "-nostdlib"));
        arguments.addAll(List.of("-ffreestanding", "-mcmodel=medany", "-mno-relax", "-Wl,--build-id=none"));
        arguments.add("-Wl,-Ttext=0x" + Long.toHexString(address));
        arguments.addAll(List.of(options));
        Path elf = build("bare", sourceNames, arguments);
        Path flat = elf.resolveSibling(elf.getFileName() + ".bin");
        try {
            if (Files.notExists(flat)) {
                Path unfinished = Files.createTempFile(built, "flat", ".tmp");
                run(List.of(TOOLS + "objcopy", "-O", "binary", elf.toString(), unfinished.toString()));
                Files.move(unfinished, flat, StandardCopyOption.ATOMIC_MOVE);
            }
            return Files.readAllBytes(flat);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path build(String kind, List<String> sourceNames, List<String> arguments) {
        try {
            String name = sourceNames.getFirst().replaceFirst("\\.[cS]$", "");
            Path program = built.resolve("%s-%s-%s".formatted(name, kind, key(sourceNames, arguments)));
            if (Files.notExists(program)) {
                Files.createDirectories(built);
                Path unfinished = Files.createTempFile(built, name, ".tmp");
                var command = new ArrayList<>(List.of(TOOLS + "gcc"));
                command.addAll(arguments);
                command.addAll(List.of("-o", unfinished.toString()));
                sourceNames.forEach(
                        source -> command.add(sources.resolve(source).toString()));
                run(command);
                Files.move(unfinished, program, StandardCopyOption.ATOMIC_MOVE);
            }
            return program;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A hash of everything that goes into a program but the compiler: every header counts, included or not. */
    private String key(List<String> sourceNames, List<String> arguments) throws IOException {
        try (Stream<Path> files = Files.list(sources)) {
            MessageDigest hash = MessageDigest.getInstance("SHA-256");
            hash.update(String.join("\0", arguments).getBytes(StandardCharsets.UTF_8));
            List<Path> headers = files.filter(file -> file.toString().endsWith(".h"))
                    .sorted()
                    .toList();
            List<Path> named = sourceNames.stream().map(sources::resolve).toList();
            for (Path file : Stream.concat(named.stream(), headers.stream()).toList()) {
                hash.update(file.getFileName().toString().getBytes(StandardCharsets.UTF_8));
                hash.update(Files.readAllBytes(file));
            }
            return HexFormat.of().formatHex(hash.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            int code = process.waitFor();
            if (code != 0) {
                throw new IllegalStateException(
                        "'%s' ended with %d:%n%s".formatted(String.join(" ", command), code, output));
            }
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while '%s' ran".formatted(command.getFirst()), e);
        }
    }
}

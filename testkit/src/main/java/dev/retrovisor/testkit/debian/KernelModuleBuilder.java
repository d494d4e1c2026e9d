package dev.retrovisor.testkit.debian;

import dev.retrovisor.guests.Guest;
import dev.retrovisor.introspect.kernel.KernelFacts;
import dev.retrovisor.testkit.GuestPrograms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Builds a kernel module without the kernel's headers. The source includes {@code kernel.h}, which is made here: {@code
 * ADDRESS(symbol)}, {@code OFFSET(struct, member)} and {@code SIZE(struct)} for all that the source asks for, out of the
 * kernel's own symbols and types, and {@code VERMAGIC} as its own modules have it.
 */
final class KernelModuleBuilder {
    private static final Pattern ADDRESS = Pattern.compile("ADDRESS\\((\\w+)\\)");
    private static final Pattern OFFSET = Pattern.compile("OFFSET\\((\\w+), (\\w+)\\)");
    private static final Pattern SIZE = Pattern.compile("SIZE\\((\\w+)\\)");
    private static final Pattern VERMAGIC = Pattern.compile("vermagic=([^\\x00]+)");
    private static final List<String> OPTIONS = List.of(
            "-ffreestanding",
            "-fno-pic",
            "-fno-asynchronous-unwind-tables",
            "-fno-stack-protector",
            "-fno-tree-loop-distribute-patterns",
            "-march=rv64imac_zicsr",
            "-mabi=lp64",
            "-mcmodel=medany",
            "-mno-relax",
            "-msmall-data-limit=0");

    private final Guest guest;
    private final KernelFacts kernel;

    KernelModuleBuilder(Guest guest, KernelFacts kernel) {
        this.guest = guest;
        this.kernel = kernel;
    }

    /** The module of one C file. */
    Path build(Path source, Path built) {
        try {
            Path headers = Files.createDirectories(built.resolve("module-" + guest.kernelVersion()));
            Files.writeString(headers.resolve("kernel.h"), header(Files.readString(source)));
            Path copy = headers.resolve(source.getFileName());
            Files.writeString(copy, Files.readString(source));
            return new GuestPrograms(headers, built).object(source.getFileName().toString(), OPTIONS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String header(String source) throws IOException {
        var defined = new TreeMap<String, String>();
        for (Matcher found = ADDRESS.matcher(source); found.find(); ) {
            long address = kernel.symbols().address(found.group(1));
            defined.put("ADDRESS_" + found.group(1), "0x%xul".formatted(address));
        }
        for (Matcher found = OFFSET.matcher(source); found.find(); ) {
            long offset =
                    kernel.types().struct(found.group(1)).field(found.group(2)).offsetBytes();
            defined.put("OFFSET_%s_%s".formatted(found.group(1), found.group(2)), Long.toString(offset));
        }
        for (Matcher found = SIZE.matcher(source); found.find(); ) {
            long size = kernel.types().struct(found.group(1)).sizeBytes();
            defined.put("SIZE_" + found.group(1), Long.toString(size));
        }
        Matcher vermagic =
                VERMAGIC.matcher(new String(Files.readAllBytes(guest.initrd()), StandardCharsets.ISO_8859_1));
        if (!vermagic.find()) {
            throw new IllegalStateException("no module of the guest says its vermagic");
        }
        defined.put("VERMAGIC", '"' + vermagic.group(1) + '"');
        var header = new StringBuilder("""
                #define ADDRESS(symbol) ADDRESS_##symbol
                #define OFFSET(type, member) OFFSET_##type##_##member
                #define SIZE(type) SIZE_##type
                """);
        defined.forEach((name, value) ->
                header.append("#define ").append(name).append(' ').append(value).append('\n'));
        return header.toString();
    }
}

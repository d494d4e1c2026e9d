package dev.retrovisor.guests;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The finished guests: a folder each, with the kernel, the initramfs and {@code guest.properties}, which names their
 * hashes. A guest appears whole or not at all: its folder is made beside and then renamed.
 * Who writes or removes holds the cache's lock.
 */
final class GuestStore {
    static final String KERNEL = "Image";
    static final String INITRD = "initrd.cpio";

    private static final String MANIFEST = "guest.properties";
    private static final String FORMAT = "1";
    private static final String SEPARATOR = ", ";

    private final Path folder;

    GuestStore(Path folder) {
        this.folder = folder;
    }

    boolean has(String name) {
        return Files.isRegularFile(folder.resolve(name).resolve(MANIFEST));
    }

    List<String> names() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> guests = Files.list(folder)) {
            return guests.map(guest -> guest.getFileName().toString())
                    .filter(this::has)
                    .sorted()
                    .toList();
        }
    }

    /** Reads the manifest; whether the files are what it says is {@link #requireIntact}'s to find out. */
    Guest read(String name) throws IOException {
        Path guest = folder.resolve(name);
        Path manifest = guest.resolve(MANIFEST);
        Properties facts = new Properties();
        try (Reader in = Files.newBufferedReader(manifest, StandardCharsets.UTF_8)) {
            facts.load(in);
        } catch (IllegalArgumentException e) {
            throw new GuestFormatException(manifest.toString(), 0, e.getMessage(), "a properties file");
        }
        String format = fact(facts, manifest, "format");
        if (!format.equals(FORMAT)) {
            throw new GuestFormatException(manifest.toString(), 0, "format " + format, "format " + FORMAT);
        }
        return new Guest(
                name,
                guest.resolve(KERNEL),
                fact(facts, manifest, "kernel.sha256"),
                guest.resolve(INITRD),
                fact(facts, manifest, "initrd.sha256"),
                fact(facts, manifest, "append"),
                number(facts, manifest, "memoryMiB"),
                fact(facts, manifest, "kernel.version"),
                List.of(fact(facts, manifest, "packages").split(SEPARATOR)),
                List.of(fact(facts, manifest, "packages.sha256").split(SEPARATOR)),
                number(facts, manifest, "recipe"));
    }

    void requireIntact(Guest guest, FileHashing hashing) throws IOException {
        requireHash(guest.kernel(), guest.kernelSha256(), hashing);
        requireHash(guest.initrd(), guest.initrdSha256(), hashing);
    }

    /** Writes a guest and returns it with its final paths; {@code facts} has everything but paths and hashes right. */
    Guest write(Guest facts, byte[] kernel, byte[] initrd) throws IOException {
        Files.createDirectories(folder);
        Path fresh = folder.resolve("." + facts.name() + ".new");
        Folders.delete(fresh);
        Files.createDirectory(fresh);
        try {
            Files.write(fresh.resolve(KERNEL), kernel);
            Files.write(fresh.resolve(INITRD), initrd);
            Files.writeString(fresh.resolve(MANIFEST), manifest(facts), StandardCharsets.UTF_8);
            remove(facts.name());
            Files.move(fresh, folder.resolve(facts.name()), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Folders.delete(fresh);
        }
        return read(facts.name());
    }

    void remove(String name) throws IOException {
        // The manifest first: a removal that is cut off must not leave something that looks like a guest.
        Files.deleteIfExists(folder.resolve(name).resolve(MANIFEST));
        Folders.delete(folder.resolve(name));
    }

    private static String manifest(Guest guest) {
        Map<String, String> facts = new TreeMap<>();
        facts.put("format", FORMAT);
        facts.put("kernel.sha256", guest.kernelSha256());
        facts.put("kernel.version", guest.kernelVersion());
        facts.put("initrd.sha256", guest.initrdSha256());
        facts.put("append", guest.append());
        facts.put("memoryMiB", Integer.toString(guest.memoryMiB()));
        facts.put("packages", String.join(SEPARATOR, guest.packages()));
        facts.put("packages.sha256", String.join(SEPARATOR, guest.packageSha256s()));
        facts.put("recipe", Integer.toString(guest.recipe()));
        List<String> lines = new ArrayList<>();
        facts.forEach((key, value) -> lines.add(key + "=" + value.replace("\\", "\\\\")));
        return String.join("\n", lines) + "\n";
    }

    private static String fact(Properties facts, Path manifest, String key) {
        String value = facts.getProperty(key);
        if (value == null) {
            throw new GuestFormatException(manifest.toString(), 0, "no " + key, "one");
        }
        return value;
    }

    private static int number(Properties facts, Path manifest, String key) {
        String value = fact(facts, manifest, key);
        if (!value.matches("\\d{1,9}")) {
            throw new GuestFormatException(manifest.toString(), 0, key + "=" + value, "a number");
        }
        return Integer.parseInt(value);
    }

    private static void requireHash(Path file, String sha256, FileHashing hashing) throws IOException {
        String found;
        try {
            found = hashing.sha256(file);
        } catch (NoSuchFileException e) {
            throw new GuestFormatException(file.toString(), 0, "no file", "SHA-256 " + sha256);
        }
        if (!found.equals(sha256)) {
            throw new GuestFormatException(file.toString(), 0, "SHA-256 " + found, "SHA-256 " + sha256);
        }
    }
}

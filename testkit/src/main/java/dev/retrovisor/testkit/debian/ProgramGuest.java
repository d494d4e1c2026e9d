package dev.retrovisor.testkit.debian;

import dev.retrovisor.guests.CpioWriter;
import dev.retrovisor.guests.Guest;
import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.board.PagingMode;
import dev.retrovisor.recorder.StopCause;
import dev.retrovisor.testkit.GuestPrograms;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The Debian guest with programs of ours, and one workload that runs them. Each of its recordings is made once and kept
 * under {@code testkit/target} by a hash of all that went into it, so that tests share them.
 */
public final class ProgramGuest {
    private static final Duration TIMEOUT = Duration.ofMinutes(5);
    private static final String GUEST_SOURCES = "src/main/guest";

    private final String name;
    private final CpioWriter added = new CpioWriter();
    private final List<Path> archives = new ArrayList<>();

    /** @param script what the guest's shell runs; the guest powers off behind it */
    public ProgramGuest(String name, String script) {
        this.name = name;
        added.folder("workloads", 0755);
        added.file("workloads/" + name, 0755, ("#!/bin/sh\n" + script).getBytes(StandardCharsets.UTF_8));
    }

    /** Adds the static program {@code /PROGRAM}, of all C files of a folder of {@code testkit/src/main/guest}. */
    public ProgramGuest program(String program, String folder, String... options) {
        Path sources = sources(folder);
        return file(program, built(sources).linuxProgram(cFiles(sources), options));
    }

    /** The same, linked with the guest's C library: {@link DebianTools} has one. */
    public ProgramGuest dynamicProgram(String program, String folder, String... options) {
        Path sources = sources(folder);
        return file(program, built(sources).dynamicProgram(cFiles(sources), options));
    }

    private static Path sources(String folder) {
        return module().resolve(GUEST_SOURCES).resolve(folder);
    }

    private static List<String> cFiles(Path sources) {
        try (Stream<Path> files = Files.list(sources)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(".c"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static GuestPrograms built(Path sources) {
        return new GuestPrograms(sources, module().resolve("target/guest-programs"));
    }

    /** Adds an executable file of the host's. */
    public ProgramGuest file(String path, Path file) {
        try {
            added.file(path, 0755, Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** Adds all that a cpio archive has. */
    public ProgramGuest archive(Path cpio) {
        archives.add(cpio);
        return this;
    }

    /** The recording of a run on such a machine, made now if there is none. */
    public Recording recorded(int harts, PagingMode paging) {
        Guest guest = DebianRun.guest();
        byte[] initrd = initrd(guest);
        String kind = "%s-smp%d-%s".formatted(name, harts, paging.name().toLowerCase(Locale.ROOT));
        Path folder = module().resolve("target/guest-recordings");
        Path trace = folder.resolve("%s-%s.trace".formatted(kind, hash(guest, initrd)));
        synchronized (ProgramGuest.class) {
            if (Files.notExists(trace)) {
                record(guest, initrd, harts, paging, folder, kind, trace);
            }
        }
        return Recording.of(trace);
    }

    private void record(
            Guest guest, byte[] initrd, int harts, PagingMode paging, Path folder, String kind, Path trace) {
        try {
            deleteOlder(folder, kind);
            Path work = Files.createTempDirectory(Files.createDirectories(folder), "work");
            try {
                Path archive = Files.write(work.resolve("initrd.cpio"), initrd);
                Path unfinished = work.resolve("unfinished.trace");
                run(guest, archive, harts, paging, unfinished);
                Files.move(unfinished, trace, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                delete(work);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void run(Guest guest, Path initrd, int harts, PagingMode paging, Path trace) {
        DebianRun run = DebianRun.of(
                guest.kernel(), initrd, guest.appendForWorkload(name), harts, paging, TIMEOUT, Optional.of(trace));
        if (run.result().cause() != StopCause.POWER_OFF
                || !run.console().contains("workload %s ended with status 0".formatted(name))) {
            throw new IllegalStateException(
                    "the guest ended with %s:%n%s".formatted(run.result().cause(), run.console()));
        }
    }

    private static void deleteOlder(Path folder, String kind) throws IOException {
        if (Files.isDirectory(folder)) {
            List<Path> older;
            try (Stream<Path> files = Files.list(folder)) {
                older = files.filter(file -> file.getFileName().toString().startsWith(kind + "-"))
                        .toList();
            }
            for (Path file : older) {
                delete(file);
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        List<Path> deepestFirst;
        try (Stream<Path> all = Files.walk(folder)) {
            deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : deepestFirst) {
            Files.delete(path);
        }
    }

    /** Linux unpacks archives that stand one behind the other. */
    private byte[] initrd(Guest guest) {
        var bytes = new ByteArrayOutputStream();
        try {
            bytes.write(Files.readAllBytes(guest.initrd()));
            for (Path archive : archives) {
                bytes.write(Files.readAllBytes(archive));
            }
            bytes.write(added.toBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private String hash(Guest guest, byte[] initrd) {
        try {
            MessageDigest hash = MessageDigest.getInstance("SHA-256");
            String words = guest.kernelSha256() + guest.appendForWorkload(name) + Machine.MODEL;
            hash.update(words.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash.digest(initrd), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** This module's folder, whether a test runs in it or in the project's. */
    static Path module() {
        Path base = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        Path below = base.resolve("testkit");
        return Files.isDirectory(below) ? below : base.resolveSibling("testkit");
    }
}

package dev.retrovisor.cli.gdb;

import dev.retrovisor.introspect.linux.Vma;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What gdb looks for under {@code /proc} of a process, made up from the kernel's memory. */
final class ProcFiles {
    private static final Pattern PATH = Pattern.compile("/proc/([0-9]+)(?:/task/[0-9]+)?/(maps|cmdline)");

    private ProcFiles() {}

    static Optional<RemoteFile> find(GuestProcess process, String path) {
        Matcher parts = PATH.matcher(path);
        if (!parts.matches()
                || !parts.group(1).equals(Integer.toString(process.leader().tgid()))) {
            return Optional.empty();
        }
        byte[] content = switch (parts.group(2)) {
            case "maps" -> maps(process).getBytes(StandardCharsets.UTF_8);
            default -> process.leader().commandLine().bytes();
        };
        return Optional.of(RemoteFile.of(content));
    }

    private static String maps(GuestProcess process) {
        return process.maps().stream().map(ProcFiles::line).collect(Collectors.joining());
    }

    private static String line(Vma vma) {
        return "%08x-%08x %s %08x %s %d %s%n"
                .formatted(
                        vma.start(),
                        vma.end(),
                        vma.permissions(),
                        vma.offset(),
                        vma.deviceText(),
                        vma.inode(),
                        vma.name().replaceAll("\\s", "?"));
    }
}

package dev.retrovisor.testkit.gdb;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code retrovisor gdbserver} in a process of its own, at a port of its own. */
final class ServedTrace implements AutoCloseable {
    private static final Pattern INVITATION = Pattern.compile("gdb-multiarch -ex 'target remote :([0-9]+)'");
    private static final int PATIENCE_SECONDS = 120;

    private final Process server;
    private final Path log;
    private final int port;

    private ServedTrace(Process server, Path log, int port) {
        this.server = server;
        this.log = log;
        this.port = port;
    }

    /** @param folder for scripts and logs */
    static ServedTrace of(Path folder, Path trace, String... options) throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (!flag.startsWith("-javaagent") && !flag.startsWith("-agentlib")) {
                command.add(flag);
            }
        }
        command.add("-cp");
        command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        command.addAll(List.of("dev.retrovisor.cli.Main", "gdbserver", trace.toString(), "--port", "0"));
        command.addAll(List.of(options));
        Path log = folder.resolve("server.log");
        Process server = new ProcessBuilder(command).redirectError(log.toFile()).start();
        String said =
                new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8)).readLine();
        Matcher invitation = INVITATION.matcher(String.valueOf(said));
        if (!invitation.matches()) {
            server.destroy();
            throw new IllegalStateException("the server said '%s':%n%s".formatted(said, Files.readString(log)));
        }
        return new ServedTrace(server, log, Integer.parseInt(invitation.group(1)));
    }

    int port() {
        return port;
    }

    boolean isAlive() {
        return server.isAlive();
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    /** What gdb prints while it runs a script's lines; Python's lines between {@code python} and {@code end}. */
    String gdb(String script) throws IOException, InterruptedException {
        Path file = log.resolveSibling("script.gdb");
        String begin = """
                set confirm off
                set pagination off
                set width 0
                set height 0
                target remote :%d
                """;
        Files.writeString(file, begin.formatted(port) + script);
        Process gdb = new ProcessBuilder("gdb-multiarch", "-nx", "-batch", "-x", file.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.resolveSibling("gdb.log").toFile())
                .start();
        gdb.getOutputStream().close();
        if (!gdb.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            gdb.destroyForcibly();
        }
        return Files.readString(log.resolveSibling("gdb.log"));
    }

    @Override
    public void close() {
        server.destroy();
    }
}
